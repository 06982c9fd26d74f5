import { TuttiError } from "../domain/errors.ts";

/**
 * Whether a call was aborted because its branch of a `flow.race` lost: nobody will ask for its answer again, so that what it began is to
 * be cancelled. Any other reason to abort is that of a process: the call comes again.
 */
export const isLostRace = (reason: unknown): boolean => TuttiError.is(reason) && reason.code === "ENGINE_RACE_LOST";
