import type { StoredEvent } from "../../../domain/events.ts";
import type { JobStatus } from "../../../domain/job-status.ts";
import type { JobReport } from "../../../domain/job-report.ts";
import type { PauseReason } from "../../../orchestration/coordinator/why-paused.ts";
import type { JobView } from "./job-view.ts";

/** What there is to show. */
export type DisplayFrame = {
  readonly view: JobView;
  /** Events that were not shown before, oldest first; history that was only caught up with is not among them. */
  readonly news: readonly StoredEvent[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
};

/** How the showing ends. */
export type JobResult = {
  readonly jobId: string;
  readonly branch: string;
  readonly status: JobStatus;
  readonly exitCode: number;
  /** For a paused job; absent when nothing holds it any more. */
  readonly pause?: PauseReason;
  /** Absent when the job was not reviewed. */
  readonly report: JobReport | undefined;
};

/** A way to show a job while it is carried out. */
export interface JobDisplay {
  /** Called for every change and a few times a second; must return at once. */
  show(frame: DisplayFrame): void;
  /** Takes the drawing away while somebody else needs the terminal, for a question. Idempotent. */
  suspend(): void;
  /** What happened meanwhile is shown. */
  resume(): void;
  /** Says that there is something to do for whoever watches. `undefined`: no more. */
  invite(text: string | undefined): void;
  /** Ends the drawing and gives the terminal back as it was. Idempotent; nothing is shown afterwards. */
  close(): void;
  /** What a person, or a script, is told last. After `close`. */
  finish(result: JobResult): void;
}
