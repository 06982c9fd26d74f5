import { promptSettings } from "../../domain/prompt/prompt-settings.ts";
import type { TaskRewrite } from "../../domain/prompt/sent-prompt.ts";
import { rewriteInstructions } from "../../supervision/prompts/rewrite-instructions.ts";
import type { PreparedPrompt } from "../../supervision/prompts/prompt-request.ts";
import type { WorkerPromptFacts } from "../../supervision/prompts/worker-prompt.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";

export type Rewriting = AttemptStep & { readonly signal: AbortSignal };

/**
 * What the supervisor makes of an attempt's instructions, where the project wants that. It is asked when a conversation begins, and
 * once: whoever goes on with the attempt sends the same words.
 */
export async function rewriteFor(
  desk: JobDesk,
  { lease, begun, signal }: Rewriting,
  facts: WorkerPromptFacts,
): Promise<TaskRewrite | undefined> {
  const { state, supervisor, redact } = desk.services;
  const isBeginning = begun.conversation === begun.id;
  if (!promptSettings(desk.job.options).rewrite || !isBeginning) return undefined;
  const known = await state.prompts.findRewrite(begun.id);
  if (known !== undefined) return known;
  const { goal, spec, notes, feedback } = facts;
  const about = { jobId: desk.job.id, taskId: lease.taskId, attemptId: begun.id };
  const rewrite = await rewriteInstructions({ supervisor, about, goal, spec, notes, feedback, signal });
  signal.throwIfAborted();
  const safe = rewrite.isUsed
    ? { ...rewrite, text: redact(rewrite.text) }
    : { ...rewrite, reason: redact(rewrite.reason) };
  await state.prompts.keepRewrite(lease, begun.id, safe);
  return safe;
}

/**
 * A prompt with the supervisor's words, the original beside it; or the original, with the reason.
 * @param write - makes the prompt with these instructions
 */
export async function withRewrite(
  facts: WorkerPromptFacts,
  rewrite: TaskRewrite | undefined,
  write: (facts: WorkerPromptFacts) => Promise<PreparedPrompt>,
): Promise<PreparedPrompt> {
  const original = await write(facts);
  if (rewrite === undefined) return original;
  if (!rewrite.isUsed) return { ...original, rewriting: { isUsed: false, reason: rewrite.reason } };
  const rewritten = await write({ ...facts, spec: { ...facts.spec, prompt: rewrite.text } });
  return { ...rewritten, rewriting: { isUsed: true, by: rewrite.by, original: original.text } };
}
