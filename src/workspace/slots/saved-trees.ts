import { gitAnswer } from "../git/run-git.ts";
import { looseRef } from "../refs/loose-ref.ts";
import { home } from "../repository/repository.ts";
import type { Slot } from "./slot.ts";
import { changeSlotState, readSlotState, type SavedTree } from "./slot-state.ts";

/** Enough to recognize what an agent goes back to; older ones only cost another rescue. */
const remembered = 8;

/** Notes that a ref of the user's repository holds this tree. */
export async function rememberSaved(slot: Slot, saved: SavedTree): Promise<void> {
  const state = await readSlotState(slot);
  const others = state.saved.filter(({ tree }) => tree !== saved.tree);
  await changeSlotState(slot, { saved: [saved, ...others].slice(0, remembered) });
}

/** Whether a ref of the user's repository still holds this tree. */
export async function isTreeSaved(slot: Slot, tree: string): Promise<boolean> {
  const state = await readSlotState(slot);
  const known = state.saved.find((saved) => saved.tree === tree);
  if (known === undefined) return false;
  if ((await looseRef(slot.repo, known.ref)) === known.commit) return true;
  const answer = await gitAnswer(home(slot.repo), ["rev-parse", "--verify", "--quiet", `${known.ref}^{tree}`], {
    okExitCodes: [0, 1, 128],
  });
  return answer.exitCode === 0 && answer.stdout.trim() === tree;
}
