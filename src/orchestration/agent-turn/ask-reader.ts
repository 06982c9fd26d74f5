import type { CommitId } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { PromptRequest } from "../../supervision/prompts/prompt-request.ts";
import type { JobDesk } from "../desk.ts";
import { launchPermissions } from "./launch-permissions.ts";
import { promptOrFailure } from "../prompts/send-prompt.ts";
import { roleModel } from "./role-model.ts";
import { runAgent } from "./run-agent.ts";

export type ReaderQuestion = {
  /** Of its conversation. */
  readonly key: string;
  readonly role: "manager" | "reviewer";
  /** What it reads, unless it goes on in a slot of before. */
  readonly commit: () => Promise<CommitId>;
  readonly request: () => Promise<PromptRequest>;
  readonly resultSchema: JsonObject;
  readonly signal: AbortSignal;
};

/** Has an agent that only looks read the repository and answer one question. @throws when the signal aborts */
export async function askReader(desk: JobDesk, question: ReaderQuestion) {
  const { services, job, slots } = desk;
  const { key, role, resultSchema, signal } = question;
  desk.pool.warmUp();
  const before = await services.state.sessions.find(key);
  const own = before?.slotId === undefined ? undefined : await slots.takeBack(before.slotId);
  const slot = own ?? (await slots.takeAt(await question.commit(), signal));
  const prompt = await promptOrFailure(desk, await question.request());
  if ("status" in prompt) return prompt;
  const outcome = await runAgent(desk, {
    owner: { key, jobId: job.id, role },
    isAskedOnce: true,
    launch: {
      slotId: slot.slotId,
      cwd: slot.path,
      ...roleModel(job.options, role),
      resultSchema,
      permissions: launchPermissions(job.options.agent, "read"),
    },
    prompt,
    limits: { timeoutMs: job.options.managerTimeoutMs, stallTimeoutMs: job.options.stallTimeoutMs },
    signal,
  });
  signal.throwIfAborted();
  return outcome;
}
