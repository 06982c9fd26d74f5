import { TuttiError } from "../../domain/errors.ts";
import type { Slot as KnownSlot } from "../../state/fleet/fleet.ts";
import { openSlot, type Slot } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

/** Opens a slot that the state knows; forgets it when somebody has removed its folder, because that must not stop a job for ever. */
export async function openKnownSlot(
  { state, repo, logger }: Pick<Services, "state" | "repo" | "logger">,
  { id, path }: Pick<KnownSlot, "id" | "path">,
): Promise<Slot | undefined> {
  try {
    return await openSlot({ repo, path, slotId: id });
  } catch (error) {
    if (!TuttiError.is(error) || error.code !== "SLOT_UNKNOWN") throw error;
    logger.warn("a slot is gone from the disk", { slot: id, path });
    await state.fleet.forgetSlot(id);
    return undefined;
  }
}
