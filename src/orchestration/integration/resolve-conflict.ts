import type { CommitId } from "../../domain/ids.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import { resolverRequest } from "../../supervision/prompts/resolver-prompt.ts";
import { gatesOfTask } from "../../supervision/run-gates.ts";
import {
  continueIntegration,
  existsAt,
  protectedPaths,
  type Integrated,
  type IntegrationRequest,
  type Slot,
} from "../../workspace/index.ts";
import { withTaskBudget, type JobDesk } from "../desk.ts";
import { askAboutConflict } from "../breakpoints/ask-about-conflict.ts";
import { launchPermissions } from "../agent-turn/launch-permissions.ts";
import { runAgent } from "../agent-turn/run-agent.ts";
import { defaultAccount } from "../services.ts";
import { isAccountExhausted } from "../budget/spending.ts";
import { roleModel } from "../agent-turn/role-model.ts";
import { notesFor, promptOrFailure } from "../prompts/send-prompt.ts";

export type Conflict = {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly slot: Slot;
  readonly files: readonly string[];
  readonly request: IntegrationRequest;
  /** The conflict was just made, so that nobody has worked on it. */
  readonly isFresh: boolean;
  readonly signal: AbortSignal;
};

/** Of its conversation. */
export const resolverKey = ({ id }: Attempt): string => `${id}/resolve`;

/**
 * One try by an agent to settle a merge conflict in the integration slot.
 * @returns the merged commit; `undefined` when the task now waits for a person (or for the quota)
 */
export async function resolveConflict(desk: JobDesk, conflict: Conflict): Promise<CommitId | undefined> {
  const { services, job } = desk;
  const { task, attempt, slot, files, signal } = conflict;
  const key = resolverKey(attempt);
  if (conflict.isFresh) await services.state.sessions.forget(key);
  const gates = gatesOfTask(job.options.gates, task.spec.gates).map(({ name, run }) => ({ name, run }));
  const request = resolverRequest({ spec: task.spec, files, gates, notes: await notesFor(desk) });
  const prompt = await promptOrFailure(desk, request);
  const owner = { key, jobId: job.id, taskId: task.id, role: "resolver" } as const;
  if ("status" in prompt) {
    // Its place: without it nobody would find the folder again that the person is shown.
    await services.state.sessions.beginTurn(owner, slot.slotId);
    const reason = `merge conflict: ${prompt.failure.error.message}`;
    await askAboutConflict(desk, { task, attempt, files, folder: slot.path, reason });
    return undefined;
  }
  const outcome = await runAgent(withTaskBudget(desk, task.spec.budgetUsd), {
    owner,
    attemptId: attempt.id,
    isAskedOnce: true,
    launch: {
      slotId: slot.slotId,
      cwd: slot.path,
      ...roleModel(job.options, "resolver"),
      permissions: launchPermissions(job.options.agent, "edit", job.options.agent.allow),
    },
    prompt,
    limits: { timeoutMs: job.options.workerTimeoutMs, stallTimeoutMs: job.options.stallTimeoutMs },
    signal,
  });
  signal.throwIfAborted();
  services.fault("resolve.after-agent");
  if (outcome.status === "failed") {
    const { error, resetAt } = outcome.failure;
    if (isAccountExhausted(error)) await services.state.pauses.pause(defaultAccount, resetAt, error);
    const reason = `merge conflict: ${error.message}`;
    if (error.failureClass === "exhausted") {
      await services.state.tasks.move(task.id, "waiting", { reason, waitsFor: "quota" });
    } else await askAboutConflict(desk, { task, attempt, files, folder: slot.path, reason });
    return undefined;
  }
  const settled = await continueIntegration(slot, conflict.request);
  if (settled.status === "merged") {
    const reason = await overstepped(desk, task, settled);
    if (reason === undefined) return settled.commit;
    await services.state.integrations.merged({ taskId: task.id, attemptId: attempt.id }, settled.commit);
    await askAboutConflict(desk, { task, attempt, files, reason });
    return undefined;
  }
  await desk.slots.rescue(slot, "an unresolved merge conflict");
  await askAboutConflict(desk, {
    task,
    attempt,
    files,
    folder: slot.path,
    reason: `merge conflict in ${files.join(", ")}`,
  });
  return undefined;
}

/** The attempt had been checked before the conflict: what its resolver made of it is held to the same. */
async function overstepped(
  { services, job }: JobDesk,
  { spec }: Task,
  { commit, changedFiles }: Pick<Integrated, "commit" | "changedFiles">,
): Promise<string | undefined> {
  const touched = protectedPaths(
    changedFiles.map(({ path }) => path),
    job.options.protectedPaths,
  );
  if (touched.length > 0) return `the merge conflict's resolver changed protected files: ${touched.join(", ")}`;
  for (const path of spec.expectedOutputs) {
    if (!(await existsAt(services.repo, commit, path))) return `the merge conflict's resolver dropped ${path}`;
  }
  return undefined;
}
