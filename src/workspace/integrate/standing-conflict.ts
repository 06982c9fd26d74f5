import type { Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { conflictsIn } from "./conflicts.ts";
import type { Conflicted, IntegrationRequest } from "./integrate-attempt.ts";

/**
 * The conflict that an earlier `integrateAttempt` onto the same tip left in the slot, with whatever was done about it since;
 * `undefined` when none stands there. Which attempt it is of, the caller has to know.
 */
export async function standingConflict(
  slot: Slot,
  { expectedTip }: Pick<IntegrationRequest, "expectedTip">,
): Promise<Conflicted | undefined> {
  const { base } = await readSlotState(slot);
  if (base !== expectedTip) return undefined;
  const files = await conflictsIn(slot);
  return files.length === 0 ? undefined : { status: "conflict", files };
}
