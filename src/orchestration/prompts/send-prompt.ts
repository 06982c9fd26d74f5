import type { Job } from "../../domain/model.ts";
import { promptSettings } from "../../domain/prompt/prompt-settings.ts";
import type { PreparedPrompt, PromptRequest } from "../../supervision/prompts/prompt-request.ts";
import type { AgentOutcome } from "../../agents/port.ts";
import { noUsage } from "../../domain/budget/usage.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { AttemptId } from "../../domain/ids.ts";
import type { ConversationOwner } from "../../state/attempts/sessions.ts";
import type { AgentDesk } from "../desk.ts";
import type { Services } from "../services.ts";

/** Whose prompts they are. */
export type PromptDesk = { readonly services: Services; readonly job: Pick<Job, "baseCommit" | "options"> };

type FailedOutcome = Extract<AgentOutcome, { status: "failed" }>;

/** What a conversation is begun or gone on with. */
export type ConversationPrompt = { readonly fresh: PreparedPrompt; readonly resumed: PreparedPrompt };

/**
 * Makes a prompt of a job with the templates of the job's base commit, so that a resume makes it as the first drive did.
 * @throws {TuttiError} `TEMPLATE_INVALID`
 */
export const prepare = ({ services, job }: PromptDesk, request: PromptRequest): Promise<PreparedPrompt> =>
  services.prompts.write(request, { commit: job.baseCommit, settings: promptSettings(job.options) });

/** For a conversation that was cut short. @throws {TuttiError} `TEMPLATE_INVALID` */
export const continued = ({ services, job }: PromptDesk, prompt: PreparedPrompt): Promise<PreparedPrompt> =>
  services.prompts.goOn(prompt, { commit: job.baseCommit });

/** For who asks once: a template that can't be rendered is as an agent that failed before it was asked. */
export async function promptOrFailure(
  desk: PromptDesk,
  request: PromptRequest,
): Promise<ConversationPrompt | FailedOutcome> {
  try {
    const fresh = await prepare(desk, request);
    return { fresh, resumed: await continued(desk, fresh) };
  } catch (thrown) {
    const error = TuttiError.from(thrown);
    if (error.code !== "TEMPLATE_INVALID") throw thrown;
    const nothing = { text: "", usage: noUsage, durationMs: 0, permissionDenials: [] };
    return { status: "failed", ...nothing, failure: { error: errorToJson(error) } };
  }
}

/** What is known about the repository, as far as prompts are to see it. */
export async function notesFor({ services, job }: PromptDesk): Promise<readonly string[]> {
  if (promptSettings(job.options).notes === "off") return [];
  return (await services.state.notes.list(services.repo.root)).map(({ text }) => text);
}

/** Keeps a prompt before it is sent. */
export async function recordPrompt(
  { services }: AgentDesk,
  { owner, attemptId }: { readonly owner: ConversationOwner; readonly attemptId?: AttemptId },
  { turn, prompt }: { readonly turn: number; readonly prompt: PreparedPrompt },
): Promise<void> {
  const { kind, text, template, account, rewriting } = prompt;
  const { redact } = services;
  await services.state.prompts.record({
    conversation: owner.key,
    turn,
    jobId: owner.jobId,
    taskId: owner.taskId,
    attemptId,
    role: owner.role,
    kind,
    text: redact(text),
    template,
    account,
    rewriting: rewriting?.isUsed === true ? { ...rewriting, original: redact(rewriting.original) } : rewriting,
  });
}
