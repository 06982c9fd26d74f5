export { compareFingerprints, type CheckoutMove } from "./checkout/compare-fingerprints.ts";
export { takeCheckoutFingerprint, type CheckoutFingerprint } from "./checkout/fingerprint.ts";
export {
  dropCheckpointRefs,
  isHeldByCheckpoint,
  keepCheckpoint,
  objectBytes,
  type CheckpointCommits,
} from "./checkpoint/keep-checkpoint.ts";
export { mergedCommits, type MergedCommit } from "./checkpoint/merged-work.ts";
export { rebuildTip } from "./checkpoint/rebuild-tip.ts";
export { restorePaths } from "./checkpoint/restore-paths.ts";
export { fillSlot, slotFiles } from "./checkpoint/slot-files.ts";
export { restoreWorktree, worktreeFiles, type WorktreeFiles } from "./checkpoint/worktree.ts";
export { diffOf, patchOf, readableChange, type DiffStat } from "./diff/diff-of.ts";
export { treeOf } from "./diff/tree-of.ts";
export { filesNaming } from "./diff/files-naming.ts";
export { existsAt, filesAmong, listFiles, textAt } from "./diff/file-at.ts";
export { readChange } from "./diff/read-change.ts";
export { matchingPaths, outsideFootprint, protectedPaths } from "./footprint/footprint.ts";
export { readFilesAt } from "./diff/read-files-at.ts";
export { advanceBranch } from "./integrate/advance-branch.ts";
export { applyChange } from "./integrate/apply-change.ts";
export { continueIntegration, takeMended } from "./integrate/continue-integration.ts";
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
export { branchState } from "./refs/checked-out.ts";
export { parentOf } from "./refs/parent-of.ts";
export { pinCommit } from "./refs/pins.ts";
export { attemptRef, checkpointRef, jobBranch, jobTipRef, snapshotRef, worktreeRef } from "./refs/ref-names.ts";
export { dropResultRefs, keepResultCommit, listResultRefs, resultRef } from "./refs/result-refs.ts";
export { removeStaleLocks } from "./refs/stale-locks.ts";
export { deleteRef, readRef, updateRef, updateRefs } from "./refs/update-ref.ts";
export { openRepository } from "./repository/open-repository.ts";
export { isDirty, type Repository } from "./repository/repository.ts";
export { listRescues } from "./rescue/list-rescues.ts";
export { isRepositoryBroken } from "./git/git-failure.ts";
export { rescueSlot } from "./rescue/rescue-slot.ts";
export type { Rescue } from "./rescue/rescue.ts";
export { restoreRescue } from "./rescue/restore-rescue.ts";
export { prepareSlot } from "./setup/prepare-slot.ts";
export { createSlot, openSlot } from "./slots/create-slot.ts";
export { moveSlot } from "./slots/move-slot.ts";
export type { Slot } from "./slots/slot.ts";
export { snapshot, type Snapshot } from "./snapshot/snapshot.ts";
export { watchFiles } from "./watch/file-watcher.ts";
export { filesOfResult } from "./watch/files-of-result.ts";
export { watchSlot, type WatchedSlot } from "./watch/watch-slot.ts";
export { mergedTasks, type MergedTask } from "./integrate/merged-tasks.ts";
export { listAttemptRefs, listJobTips, type AttemptRef } from "./refs/attempt-refs.ts";
export { setAttemptAside } from "./rescue/set-attempt-aside.ts";
