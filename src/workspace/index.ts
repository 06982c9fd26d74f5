export { compareFingerprints, type CheckoutMove } from "./checkout/compare-fingerprints.ts";
export { takeCheckoutFingerprint, type CheckoutFingerprint } from "./checkout/fingerprint.ts";
export { diffOf, diffWithRenames, patchOf, patchTextOf, type Diff, type DiffStat } from "./diff/diff-of.ts";
export { treeOf } from "./diff/tree-of.ts";
export { existsAt, fileAt, listFiles, type FileList } from "./diff/file-at.ts";
export type { ChangeStatus, FileChange, FileKind } from "./diff/parse-diff.ts";
export { outsideFootprint, protectedPaths } from "./footprint/footprint.ts";
export { git, gitAnswer, gitLine, type GitOptions, type GitPlace } from "./git/run-git.ts";
export { ownIdentity, type Identity } from "./git/identity.ts";
export { readTrailers, withTrailers, type Trailers } from "./git/trailers.ts";
export { advanceBranch, type BranchAdvance, type BranchAdvanced } from "./integrate/advance-branch.ts";
export type { ConflictFile, ConflictKind } from "./integrate/conflicts.ts";
export { applyChange, type AppliedChange, type ChangeRequest } from "./integrate/apply-change.ts";
export { continueIntegration, type Unresolved } from "./integrate/continue-integration.ts";
export {
  integrateAttempt,
  type Conflicted,
  type Integrated,
  type IntegrationRequest,
} from "./integrate/integrate-attempt.ts";
export { integrateBeside } from "./integrate/integrate-beside.ts";
export { standingConflict } from "./integrate/standing-conflict.ts";
export { mergeJob, type JobMerge, type MergeOptions } from "./integrate/merge-job.ts";
export { isAncestor } from "./refs/is-ancestor.ts";
export { branchState, checkoutOf } from "./refs/checked-out.ts";
export { pinCommit, unpinJob } from "./refs/pins.ts";
export {
  attemptRef,
  checkpointRef,
  jobBranch,
  jobOfRef,
  jobRefs,
  jobTipRef,
  pinRef,
  refSafe,
  rescueRef,
  snapshotRef,
} from "./refs/ref-names.ts";
export { dropResultRefs, keepResultCommit, listResultRefs, resultRef } from "./refs/result-refs.ts";
export { removeStaleLocks } from "./refs/stale-locks.ts";
export { deleteRef, readRef, updateRef, updateRefs, type RefUpdate } from "./refs/update-ref.ts";
export { openRepository } from "./repository/open-repository.ts";
export type { Repository } from "./repository/repository.ts";
export { listRescues } from "./rescue/list-rescues.ts";
export { rescueSlot, type RescueRequest } from "./rescue/rescue-slot.ts";
export type { KeptCommit, Rescue } from "./rescue/rescue.ts";
export { restoreRescue, type Restored, type RestoreTarget } from "./rescue/restore-rescue.ts";
export { prepareSlot, type Prepared, type SetupCommand, type SetupRequest } from "./setup/prepare-slot.ts";
export { createSlot, openSlot, type SlotRequest } from "./slots/create-slot.ts";
export { moveSlot, type Move, type MoveRequest } from "./slots/move-slot.ts";
export type { Slot } from "./slots/slot.ts";
export { readSlotState, type SlotState } from "./slots/slot-state.ts";
export { snapshot, type Snapshot, type SnapshotRequest } from "./snapshot/snapshot.ts";
