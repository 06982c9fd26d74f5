import type { AttemptId } from "../ids.ts";
import type { FileChange } from "./file-change.ts";

/** A change as it stands in the history of a task. */
export type RecordedChange = FileChange & {
  /** Grows with the order of writing; a cursor. */
  readonly seq: number;
  readonly attemptId: AttemptId;
  /** `snapshot`: nobody saw it happen, but the attempt's snapshot has it. */
  readonly source: "seen" | "snapshot";
  /** Whether the path differs from the attempt's base in its snapshot; `undefined` while there is none. */
  readonly isInResult: boolean | undefined;
};

/** How an attempt's files were watched. */
export type AttemptWatch = {
  readonly attemptId: AttemptId;
  readonly mode: "directories" | "recursive" | "polling";
  /** What was wrong with the watching. */
  readonly trouble: string | undefined;
  readonly recorded: number;
  /** Changes beyond the limit: counted and not recorded. */
  readonly dropped: number;
};
