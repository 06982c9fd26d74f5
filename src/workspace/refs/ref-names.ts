import {
  asJobId,
  type AttemptId,
  type CheckpointId,
  type CommitId,
  type JobId,
  type SlotId,
} from "../../domain/ids.ts";

/**
 * Every ref that we write, in one place. All but the job's branch lie under `refs/tutti/`, where no git command of a user
 * looks, and nothing is ever put below another ref's name, because git can't hold both.
 */
export const ownRefs = "refs/tutti/";
export const ownBranches = "refs/heads/tutti/";

/** The branch that a person sees and merges. Nothing may be named below it. */
export const jobBranch = (job: JobId): string => `${ownBranches}${refSafe(job)}`;

/** Where the job stands: moves with every integrated attempt, also while a person has the branch checked out. */
export const jobTipRef = (job: JobId): string => `${jobRefs(job)}tip`;

/** Everything of a job. */
export const jobRefs = (job: JobId): string => `${ownRefs}${refSafe(job)}/`;

/** The accepted result of an attempt. */
export const attemptRef = (job: JobId, attempt: AttemptId): string => `${jobRefs(job)}attempt/${refSafe(attempt)}`;

/** The files after an attempt, or at a named moment of it (`moment` tells several apart). */
export const snapshotRef = (job: JobId, attempt: AttemptId, moment = "end"): string =>
  `${jobRefs(job)}snapshot/${refSafe(attempt)}/${refSafe(moment)}`;

/** Keeps a commit that a slot borrows. */
export const pinRef = (job: JobId, commit: CommitId): string => `${jobRefs(job)}pin/${commit}`;

export const rescueRef = (job: JobId, slot: SlotId, moment: string): string =>
  `${jobRefs(job)}rescue/${refSafe(slot)}-${refSafe(moment)}`;

/** Keeps everything that a checkpoint holds. */
export const checkpointRef = (job: JobId, checkpoint: CheckpointId): string =>
  `${checkpointRefs(job)}${refSafe(checkpoint)}`;

export const checkpointRefs = (job: JobId): string => `${jobRefs(job)}checkpoints/`;

/** The same for the user's own files. No job can be called so: a job's id ends in random digits. */
export const worktreeRef = (checkpoint: CheckpointId): string => `${ownRefs}worktree/${refSafe(checkpoint)}`;

/** The job that a ref under `refs/tutti/` belongs to; `undefined` for any other ref. */
export function jobOfRef(ref: string): JobId | undefined {
  if (!ref.startsWith(ownRefs)) return undefined;
  const [job] = ref.slice(ownRefs.length).split("/");
  return job === undefined || job === "" ? undefined : asJobId(fromRefSafe(job));
}

/**
 * One component of a ref name from any text, reversibly: what git forbids (and the dot, which it forbids in some places)
 * becomes `%XX`. Rules: `git help check-ref-format`.
 */
export function refSafe(id: string): string {
  const bytes = [...Buffer.from(id, "utf8")];
  return bytes.map((byte) => escapeByte(byte)).join("");
}

export function fromRefSafe(component: string): string {
  return decodeURIComponent(component);
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
