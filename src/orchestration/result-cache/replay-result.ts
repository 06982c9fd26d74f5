import { noUsage } from "../../domain/budget/usage.ts";
import type { StoredResult } from "../../domain/cache/stored-result.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import type { AttemptDecision, AttemptOutcome } from "../../domain/model.ts";
import { applyChange } from "../../workspace/index.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { heldResult } from "./result-cache.ts";
import { resultIdentity } from "./result-identity.ts";

type Replay = AttemptStep & { readonly signal: AbortSignal };

/**
 * Does an attempt's work by replaying a stored result: its change is made again on the attempt's base, in a slot, and no
 * model is asked. What comes out is proved and decided on like any work.
 * @returns `undefined` when there is nothing to replay, or it does not fit: then the agent has to do it
 */
export async function replayResult(desk: JobDesk, step: Replay): Promise<AttemptOutcome | undefined> {
  const result = await resultFor(desk, step);
  if (result === undefined) return undefined;
  const { services, slots } = desk;
  const { lease, begun, signal } = step;
  const applied = await applyAgain(desk, result, begun.baseCommit);
  if (applied.status === "misfit") {
    await services.state.results.missed(lease, begun.id, { result, reason: applied.reason });
    return undefined;
  }
  const { slotId } = await slots.takeAt(applied.commit, signal);
  const outcome = outcomeOf(result);
  await services.state.results.replayed(lease, begun.id, { result, outcome, slotId });
  return outcome;
}

/** Only for work that nobody has begun, and that nothing was found wanting in. */
async function resultFor({ services, job }: JobDesk, { lease, begun }: Replay): Promise<StoredResult | undefined> {
  const { results, tasks } = services.state;
  const { filesCommit } = await services.state.attempts.get(begun.id);
  const isUntouched = begun.slotId === undefined && begun.feedback === undefined && filesCommit === undefined;
  if (job.options.cache === false || !isUntouched || (await results.hasMissed(lease.taskId))) return undefined;
  const task = await tasks.get(lease.taskId);
  if (task.failures > 0) return undefined;
  const { key } = await resultIdentity({ services, job }, task);
  return heldResult(services, key);
}

type Application =
  { readonly status: "applied"; readonly commit: CommitId } | { readonly status: "misfit"; readonly reason: string };

async function applyAgain({ services }: JobDesk, result: StoredResult, onto: CommitId): Promise<Application> {
  const { baseCommit: base, commit: changed, attempt } = result;
  try {
    const applied = await applyChange(services.repo, { base, changed, onto, message: `Replayed from ${attempt}` });
    if (applied.status === "applied") return applied;
    return { status: "misfit", reason: `it is in conflict with other work in ${applied.files.join(", ")}` };
  } catch (error) {
    const { message } = TuttiError.from(error);
    services.logger.warn("a cached result could not be applied", { key: result.key, error: message });
    return { status: "misfit", reason: "its commits could not be read" };
  }
}

/** What the agent said then; nothing was spent now. */
const outcomeOf = ({ outcome, key, attempt }: StoredResult): AttemptOutcome => ({
  ...outcome,
  usage: noUsage,
  durationMs: 0,
  permissionDenials: [],
  replayOf: { key, attempt },
});

/** Work of no agent that did not hold: the attempt goes on, and its agent has not failed at anything. */
export const turnDownReplay = (reasons: readonly string[]): AttemptDecision => ({
  action: "retry",
  reasons: [`The cached result does not hold here: ${reasons.join(" ")}`],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  feedback: undefined,
  replayMiss: reasons.join(" "),
});
