import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import { restoreWorktree } from "../../workspace/index.ts";
import type { Services } from "../services.ts";
import { makeWorktreeCheckpoint } from "./make-checkpoint.ts";

/** What is there is kept first, so that nothing unsaved is written over. */
export async function restoreIntoWorktree(services: Services, checkpoint: Checkpoint): Promise<Checkpoint> {
  if (checkpoint.kind !== "worktree") {
    throw new TuttiError("INPUT_INVALID", `Checkpoint ${checkpoint.id} is of a job, not of your working tree`, {
      hint: `Take the job back without --into-worktree, then bring its branch in: tutti merge ${checkpoint.jobId ?? ""}`,
    });
  }
  let before: Checkpoint | undefined;
  await restoreWorktree(services.repo, {
    to: checkpoint.commit,
    save: async (files) => {
      before = await makeWorktreeCheckpoint(services, { name: `before going back to ${checkpoint.id}`, files });
    },
  });
  if (before === undefined) throw new Error("the working tree was restored without being kept first");
  return before;
}
