import type { Checkpoint, RollbackRequest, RollbackResult } from "../../domain/checkpoint/checkpoint.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { isDriven } from "../coordinator/is-driven.ts";
import type { Services } from "../services.ts";
import type { OwnProcess } from "../workers/worker.ts";
import {
  describeCheckpoint,
  diffCheckpoints,
  patchBetween,
  type CheckpointDetails,
  type CheckpointDiff,
} from "./describe-checkpoint.ts";
import { findCheckpoint, type JobCheckpoint } from "./find-checkpoint.ts";
import { forkJob, type ForkRequest } from "./fork-job.ts";
import { makeCheckpoint, makeWorktreeCheckpoint } from "./make-checkpoint.ts";
import { pruneCheckpoints, removeCheckpoints, type PruneReport, type PruneRequest } from "./prune-checkpoints.ts";
import { planRollback, type RollbackPlan } from "./plan-rollback.ts";
import { restoreIntoWorktree } from "./restore-into-worktree.ts";
import { rollBack, type RollbackOrder } from "./roll-back.ts";
import { unfinishedFiles } from "./unfinished-files.ts";

/** What faces may ask for about checkpoints. */
export class CheckpointRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Keeps a job as it is. While agents are at work their files are kept as they are found. */
  async create(jobId: JobId, name?: string): Promise<Checkpoint> {
    const files = await unfinishedFiles(this.#services, jobId);
    const isWhileAtWork = await isDriven(this.#services, jobId);
    const named = name === undefined ? {} : { name: this.#services.redact(name) };
    return makeCheckpoint(this.#services, { jobId, kind: "manual", files, isWhileAtWork, ...named });
  }

  /** Keeps the user's own files; nothing of theirs changes. */
  createOfWorktree(name?: string): Promise<Checkpoint> {
    return makeWorktreeCheckpoint(this.#services, name === undefined ? {} : { name: this.#services.redact(name) });
  }

  /** Newest first. @param jobId - default: all of the project */
  list(jobId?: JobId): Promise<readonly Checkpoint[]> {
    return this.#services.state.checkpoints.list(this.#services.repo.root, jobId);
  }

  /** By its id or the beginning of it. @throws {TuttiError} `CHECKPOINT_UNKNOWN` */
  find(id: string): Promise<Checkpoint> {
    return findCheckpoint(this.#services, id);
  }

  describe(checkpoint: Checkpoint): Promise<CheckpointDetails> {
    return describeCheckpoint(this.#services, checkpoint);
  }

  /** @param other - default: as it is now */
  diff(checkpoint: Checkpoint, other?: Checkpoint): Promise<CheckpointDiff> {
    return diffCheckpoints(this.#services, checkpoint, other);
  }

  patch(diff: CheckpointDiff, isStat = false): Promise<string> {
    return patchBetween(this.#services, diff, isStat);
  }

  /**
   * Takes a job back.
   * @throws {TuttiError} `JOB_BUSY`, `TASK_UNKNOWN`, `INPUT_INVALID`, `CONFLICT`; then nothing has changed
   */
  rollBack(own: OwnProcess, order: RollbackOrder): Promise<RollbackResult> {
    return rollBack(this.#services, own, order);
  }

  /** What a rollback would do. */
  planRollback(checkpoint: JobCheckpoint, request: RollbackRequest): Promise<RollbackPlan> {
    return planRollback(this.#services, checkpoint, request);
  }

  /**
   * Puts a checkpoint of the user's own files back into their working tree, because they asked for that.
   * @returns the checkpoint of what was there before
   * @throws {TuttiError} `INPUT_INVALID` for one of a job, `CONFLICT`; then nothing has changed
   */
  restoreWorktree(checkpoint: Checkpoint): Promise<Checkpoint> {
    return restoreIntoWorktree(this.#services, checkpoint);
  }

  /** A new job that goes on from a checkpoint with another model. @throws {TuttiError} `MODEL_UNPRICED` */
  fork(checkpoint: JobCheckpoint, request: ForkRequest): Promise<Job> {
    return forkJob(this.#services, checkpoint, request);
  }

  prune(request: PruneRequest): Promise<PruneReport> {
    return pruneCheckpoints(this.#services, request);
  }

  /** Removes the ones that are named, whatever they are. */
  remove(checkpoints: readonly Checkpoint[]): Promise<void> {
    return removeCheckpoints(this.#services, checkpoints);
  }
}
