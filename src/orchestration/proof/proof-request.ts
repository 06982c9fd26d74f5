import type { AttemptOutcome } from "../../domain/model.ts";
import type { BegunAttempt, TaskLease } from "../../state/attempts/begin-attempt.ts";
import type { Slot } from "../../workspace/index.ts";

/** What is to be proved: a turn that has finished, and where its work stands. */
export type ProofRequest = {
  readonly slot: Slot;
  readonly lease: TaskLease;
  readonly begun: BegunAttempt;
  readonly outcome: AttemptOutcome;
  readonly signal: AbortSignal;
};
