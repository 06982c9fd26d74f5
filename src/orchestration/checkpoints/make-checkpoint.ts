import { randomBytes } from "node:crypto";

import type { Checkpoint, CheckpointKind, KeptFiles } from "../../domain/checkpoint/checkpoint.ts";
import { asCheckpointId, type CheckpointId, type JobId, type TaskId } from "../../domain/ids.ts";
import {
  checkpointRef,
  dropCheckpointRefs,
  keepCheckpoint,
  objectBytes,
  worktreeFiles,
  worktreeRef,
  type WorktreeFiles,
} from "../../workspace/index.ts";
import type { Services } from "../services.ts";

export type CheckpointPlan = {
  readonly jobId: JobId;
  readonly kind: CheckpointKind;
  /** Default: a new one. */
  readonly id?: CheckpointId;
  readonly name?: string;
  readonly taskId?: TaskId;
  readonly files: readonly KeptFiles[];
  /** Default `false`. */
  readonly isWhileAtWork?: boolean;
};

type Keeping = Pick<Services, "state" | "repo">;

export const newCheckpointId = (): CheckpointId => asCheckpointId(randomBytes(5).toString("hex"));

/**
 * Keeps a moment of a job. The ref comes first, so that a death in between leaves a ref too many and never a checkpoint whose files
 * nothing holds; the state is one transaction, and the tip is the one that belongs to it.
 */
export async function makeCheckpoint({ state, repo }: Keeping, plan: CheckpointPlan): Promise<Checkpoint> {
  const { jobId, kind, files, id = newCheckpointId(), isWhileAtWork = false } = plan;
  const ref = checkpointRef(jobId, id);
  const others = files.map(({ commit }) => commit);
  const named = {
    ...(plan.name === undefined ? {} : { name: plan.name }),
    ...(plan.taskId === undefined ? {} : { taskId: plan.taskId }),
  };
  for (;;) {
    const tip = await state.checkpoints.recordedTip(jobId);
    const commit = await keepCheckpoint(repo, { ref, tip, others, message: `Checkpoint ${id} of ${jobId}` });
    const bases = files.map(({ base }) => base);
    const bytes = others.length === 0 ? 0 : await objectBytes(repo, commit, [tip, ...bases]);
    const facts = { id, projectPath: repo.root, jobId, kind, tip, ref, commit, files, isWhileAtWork };
    const made = await state.checkpoints.record({ ...facts, ...named, objectBytes: bytes });
    if (made !== undefined) return made;
  }
}

/** Keeps the user's own files, because they asked for it. */
export async function makeWorktreeCheckpoint(
  services: Keeping,
  plan: { readonly name?: string; readonly files?: WorktreeFiles },
): Promise<Checkpoint> {
  const { state, repo } = services;
  const id = newCheckpointId();
  const { head, commit } = plan.files ?? (await worktreeFiles(repo));
  const ref = worktreeRef(id);
  await keepCheckpoint(repo, { ref, tip: commit, others: [], message: "" });
  const made = await state.checkpoints.record({
    id,
    projectPath: repo.root,
    kind: "worktree",
    tip: head,
    ref,
    commit,
    files: [],
    isWhileAtWork: false,
    objectBytes: await objectBytes(repo, commit, [head]),
    ...(plan.name === undefined ? {} : { name: plan.name }),
  });
  if (made !== undefined) return made;
  await dropCheckpointRefs(repo, [ref]);
  throw new Error(`checkpoint ${id} of the working tree was not recorded`);
}
