import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import { surplusOf, type RetentionRules, type Surplus } from "../../domain/checkpoint/retention.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { dropCheckpointRefs } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

export type PruneRequest = {
  readonly rules: RetentionRules;
  /** Default: all of the project. */
  readonly jobId?: JobId;
  /** Says only what would go. Default `false`. */
  readonly isDryRun?: boolean;
};

export type PruneReport = {
  readonly removed: readonly Surplus[];
  readonly kept: number;
  readonly keptBytes: number;
};

type Pruning = Pick<Services, "state" | "repo" | "now">;

/** Lets go of automatic checkpoints beyond the rules; those that a rollback under way needs stay. */
export async function pruneCheckpoints(services: Pruning, request: PruneRequest): Promise<PruneReport> {
  const { state, repo, now } = services;
  const all = await state.checkpoints.list(repo.root, request.jobId);
  const needed = await state.rollbacks.neededCheckpoints();
  const surplus = surplusOf(all, { rules: request.rules, now: now() });
  const removed = surplus.filter(({ checkpoint }) => !needed.has(checkpoint.id));
  if (request.isDryRun !== true) {
    await removeCheckpoints(
      services,
      removed.map(({ checkpoint }) => checkpoint),
    );
  }
  const gone = new Set(removed.map(({ checkpoint }) => checkpoint.id));
  const kept = all.filter(({ id }) => !gone.has(id));
  return { removed, kept: kept.length, keptBytes: kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** As `pruneCheckpoints`, in passing: what goes wrong with it, such as a ref that another program has locked, is logged and stops no work. */
export async function pruneInPassing(
  services: Pruning & Pick<Services, "logger">,
  request: PruneRequest,
): Promise<void> {
  try {
    await pruneCheckpoints(services, request);
  } catch (thrown) {
    const { code, message } = TuttiError.from(thrown);
    services.logger.warn("old checkpoints were not removed", { code, error: message });
  }
}

/** The rows first: a death in between leaves a ref too many, and no checkpoint that can't be gone back to. */
export async function removeCheckpoints(
  { state, repo }: Pick<Services, "state" | "repo">,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  await state.checkpoints.remove(checkpoints);
  await dropCheckpointRefs(
    repo,
    checkpoints.map(({ ref }) => ref),
  );
}
