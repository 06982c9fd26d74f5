import { TuttiError } from "../../domain/errors.ts";
import type { Slot } from "../slots/slot.ts";
import { readSlotState } from "../slots/slot-state.ts";
import { writeWorkingTree } from "../snapshot/working-tree.ts";
import { conflictsIn, filesWithMarkers } from "./conflicts.ts";
import { concludeIntegration, type Integrated, type IntegrationRequest } from "./integrate-attempt.ts";

/** Conflict markers are still in these files: the resolver isn't done. */
export type Unresolved = { readonly status: "unresolved"; readonly paths: readonly string[] };

/**
 * Goes on after `integrateAttempt` said `conflict` and somebody has edited the slot's files. Whether they were also staged
 * or committed doesn't matter. Conflicts without markers (binary files, a deletion against a change) count as resolved the
 * way the files are.
 * @param request - the same as before
 * @throws {TuttiError} `CONFLICT` when the slot doesn't stand on `expectedTip`
 */
export async function continueIntegration(slot: Slot, request: IntegrationRequest): Promise<Integrated | Unresolved> {
  const { base } = await readSlotState(slot);
  if (base !== request.expectedTip) {
    throw new TuttiError("CONFLICT", "The slot doesn't hold this integration any more", {
      failureClass: "conflict",
      hint: "Integrate the attempt again from the start",
      context: { base, expectedTip: request.expectedTip },
    });
  }
  const conflicts = await conflictsIn(slot);
  const paths = await filesWithMarkers(
    slot,
    conflicts.map(({ path }) => path),
  );
  if (paths.length > 0) return { status: "unresolved", paths };
  const { tree } = await writeWorkingTree(slot);
  return await concludeIntegration(slot, request, tree);
}

/**
 * Goes on with a conflict that a person has worked on, however long ago it was made: the commit's parent is the tip of that time.
 * @returns `undefined` when no conflict stands in the slot
 */
export async function takeMended(
  slot: Slot,
  request: IntegrationRequest,
): Promise<Integrated | Unresolved | undefined> {
  if ((await conflictsIn(slot)).length === 0) return undefined;
  const { base } = await readSlotState(slot);
  return continueIntegration(slot, { ...request, expectedTip: base });
}
