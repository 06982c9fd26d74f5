import { tallyFailures } from "../../domain/failure/failure-tally.ts";
import type { Activity } from "../../domain/events.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import { readStallAnswer, stallAnswerJsonSchema, stallPrompt } from "../../supervision/prompts/stall-prompt.ts";
import type { JobDesk } from "../desk.ts";
import type { Decided } from "./attempt-facts.ts";

/** What the rung between the rules and the person came to. */
export type StallAdvice = { readonly retry: AttemptDecision } | { readonly supervisor: string };

const patienceMs = 120_000;
const shownLines = 20;

/**
 * Asks the supervisor model, where there is one, about an agent that has used up its attempts without progress. It is asked once: an
 * attempt that it suggested and that stalls, too, goes to a person.
 */
export async function adviceOnStall(desk: JobDesk, decided: Decided): Promise<StallAdvice> {
  const { supervisor, redact } = desk.services;
  if (supervisor === undefined) return { supervisor: "There is no supervisor model." };
  const { lease, begun, decision, signal } = decided;
  const before = await desk.services.state.attempts.failureClasses(lease.taskId);
  const { counted } = tallyFailures([...before, "stuck"]);
  if (counted > desk.job.options.maxAttempts) return { supervisor: "It was asked before, and its hint was of no use." };
  const answer = await supervisor.ask({
    purpose: "stall",
    about: { jobId: desk.job.id, taskId: lease.taskId, attemptId: begun.id },
    prompt: await promptFor(desk, decided, counted),
    schema: stallAnswerJsonSchema,
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
  });
  signal.throwIfAborted();
  if (answer.status === "unavailable") return { supervisor: `It could not be asked: ${answer.reason}` };
  const advice = readStallAnswer(answer.value);
  if (advice === undefined) return { supervisor: "Its answer was not to be used." };
  if (advice.action === "ask") return { supervisor: advice.reason };
  return { retry: retryWith(decision, { reason: redact(advice.reason), hint: redact(advice.hint) }) };
}

async function promptFor(desk: JobDesk, { lease, outcome, decision }: Decided, attempts: number): Promise<string> {
  const { tasks, events } = desk.services.state;
  const { spec } = await tasks.get(lease.taskId);
  const place = { jobId: desk.job.id, taskId: lease.taskId };
  let shown: readonly Activity[] = [];
  for (let page; (page = await events.readActivity({ ...place, after: shown.at(-1)?.seq ?? 0 })).length > 0;) {
    shown = [...shown, ...page].slice(-shownLines);
  }
  return stallPrompt({
    title: spec.title,
    prompt: spec.prompt,
    attempts,
    reasons: decision.reasons,
    shown: shown.map(({ kind, text }) => `${kind}: ${text}`),
    said: outcome.text,
  });
}

const retryWith = (
  decision: AttemptDecision,
  { reason, hint }: { readonly reason: string; readonly hint: string },
): AttemptDecision => ({
  ...decision,
  action: "retry",
  reasons: [`The supervisor model suggests one more attempt: ${reason}`, ...decision.reasons],
  countsAsAttempt: true,
  resumeSession: false,
  change: ["fresh-start"],
  delayMs: 0,
  feedback: [...decision.reasons, `Do it otherwise: ${hint}`].map((line) => `- ${line}`).join("\n"),
});
