import type { StoredResult } from "../../domain/cache/stored-result.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { Attempt, Evidence, Task } from "../../domain/model.ts";
import type { ResultChange } from "../../state/results/keep-result.ts";
import { dropResultRefs, keepResultCommit, listResultRefs, readRef, resultRef } from "../../workspace/index.ts";
import type { JobDesk } from "../desk.ts";
import { resultIdentity } from "./result-identity.ts";
import type { Services } from "../services.ts";

/** A result whose commits are certain to be there. One that has lost its ref is removed: it could not be replayed. */
export async function heldResult({ state, repo }: Services, key: string): Promise<StoredResult | undefined> {
  const result = await state.results.find(key);
  if (result === undefined) return undefined;
  if ((await readRef(repo, resultRef(key))) === result.commit) return result;
  await state.results.remove([result]);
  return undefined;
}

/**
 * What completing a task means for the cache. The ref of a new result is made here, before the row that is written with the
 * completion: a death between the two leaves a ref that `prune` finds, never a result without its commits.
 */
export async function resultChangeOf(
  { services, job }: JobDesk,
  { task, attempt }: { readonly task: Task; readonly attempt: Attempt },
  evidence: Evidence,
): Promise<ResultChange | undefined> {
  const { outcome, baseCommit } = attempt;
  if (outcome === undefined) return undefined;
  if (outcome.replayOf !== undefined) return { kind: "used", key: outcome.replayOf.key };
  // An answer without a change may be about what lies outside the repository.
  if (job.strategy !== "manager" && evidence.diff.files === 0) return undefined;
  const { key, ingredients } = await resultIdentity({ services, job }, task);
  const { attemptCommit: commit, gates, diff } = evidence;
  try {
    await keepResultCommit(services.repo, key, commit);
  } catch (error) {
    // The work is merged: that it can't be had again for nothing must not undo that.
    services.logger.warn("a result was not cached", { task: task.id, error: TuttiError.from(error).message });
    return undefined;
  }
  services.fault("integrate.cached");
  const passed = [...new Set(gates.filter(({ isOk }) => isOk).map(({ name }) => name))];
  const proof = { gates: passed, diff };
  return {
    kind: "kept",
    result: { key, taskKey: task.key, commit, baseCommit, outcome, evidence: proof, ingredients },
  };
}

export type PruneRequest = {
  /** Results that were neither stored nor used for so long go. `0`: all. */
  readonly olderThanMs: number;
};

export type Pruned = {
  readonly removed: readonly StoredResult[];
  /** Refs that a death left without a result. */
  readonly strayRefs: number;
  readonly kept: number;
};

/** Removes results and their refs. The rows go first: what a death leaves then is a ref, and the next call removes it. */
export async function pruneResults({ state, repo, now }: Services, { olderThanMs }: PruneRequest): Promise<Pruned> {
  const [results, refs] = [await state.results.list(), await listResultRefs(repo)];
  const before = now() - olderThanMs;
  const isOld = ({ storedAt, lastUsedAt }: StoredResult): boolean => (lastUsedAt ?? storedAt) <= before;
  const isHeld = ({ key, commit }: StoredResult): boolean => refs.get(key) === commit;
  const removed = results.filter((result) => isOld(result) || !isHeld(result));
  await state.results.remove(removed);
  const kept = new Set(results.filter((result) => !removed.includes(result)).map(({ key }) => key));
  const dropped = new Map([...refs].filter(([key]) => !kept.has(key)));
  await dropResultRefs(repo, dropped);
  const known = new Set(results.map(({ key }) => key));
  const strayRefs = [...dropped.keys()].filter((key) => !known.has(key)).length;
  return { removed, strayRefs, kept: kept.size };
}
