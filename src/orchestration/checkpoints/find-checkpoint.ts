import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { didYouMean } from "../../domain/plan/did-you-mean.ts";
import type { Services } from "../services.ts";

export type JobCheckpoint = Checkpoint & { readonly jobId: JobId };

/**
 * A checkpoint by its id or the beginning of it.
 * @throws {TuttiError} `CHECKPOINT_UNKNOWN`, also for one of another project
 */
export async function findCheckpoint(services: Services, wanted: string): Promise<Checkpoint> {
  const { state, repo } = services;
  const found = wanted === "" ? [] : await state.checkpoints.beginningWith(wanted);
  const own = found.filter(({ projectPath }) => projectPath === repo.root);
  const [first, second] = own;
  const exact = own.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) throw unknown(`More than one checkpoint begins with "${wanted}"`, "Give more of its id");
  const [other] = found;
  const elsewhere = other?.projectPath ?? (await services.projectOfCheckpoint?.(wanted));
  if (elsewhere !== undefined) {
    throw unknown(
      `Checkpoint ${wanted} belongs to another project: ${elsewhere}`,
      `Run the command there: cd ${elsewhere}`,
    );
  }
  const near = didYouMean(
    wanted,
    (await state.checkpoints.list(repo.root)).map(({ id }) => id),
  );
  const hint = near === undefined ? "List them: tutti checkpoint list" : `Did you mean ${near}?`;
  throw unknown(`There is no checkpoint ${wanted} in this project`, hint);
}

const unknown = (message: string, hint: string): TuttiError => new TuttiError("CHECKPOINT_UNKNOWN", message, { hint });

/** @throws {TuttiError} `INPUT_INVALID` for one of the user's own files */
export function ofJob(checkpoint: Checkpoint): JobCheckpoint {
  const { jobId } = checkpoint;
  if (jobId !== undefined) return { ...checkpoint, jobId };
  throw new TuttiError("INPUT_INVALID", `Checkpoint ${checkpoint.id} is of your working tree, not of a job`, {
    hint: `Restore it: tutti checkpoint rollback ${checkpoint.id} --into-worktree`,
  });
}
