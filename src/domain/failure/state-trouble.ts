import { TuttiError } from "../errors.ts";

/**
 * The database is locked by another process, or its disk can't take more: that says nothing about the work that met it. Once
 * the trouble is over, the same again succeeds.
 */
export const isStateTrouble = (thrown: unknown): thrown is TuttiError =>
  TuttiError.is(thrown) &&
  thrown.failureClass !== "bug" &&
  (thrown.code === "STATE_BUSY" || thrown.code === "STATE_UNAVAILABLE");
