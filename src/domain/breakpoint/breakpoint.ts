import type { DiffStat } from "../evidence.ts";
import type { AttemptId, BreakpointId, JobId, TaskId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { BreakpointAnswerName, BreakpointKind } from "./answers.ts";

export type BreakpointStatus = "open" | "resolved" | "expired" | "superseded";

/** What a person needs to know to answer; every text is redacted. */
export type BreakpointContext = {
  /** One sentence each, most important first. */
  readonly reasons: readonly string[];
  readonly diff?: DiffStat;
  /** Repository paths: changed, or in conflict. Of very many the first. */
  readonly paths?: readonly string[];
  /** In [0, 1]. */
  readonly confidence?: number;
  /** Absent in what older versions wrote: then it is not. */
  readonly isCalibrated?: boolean;
  /** Of the task so far, in US dollars; `null` when nobody knows. */
  readonly costUsd?: number | null;
  /** The limit that was reached, in US dollars. */
  readonly limitUsd?: number;
  readonly gates?: readonly { readonly name: string; readonly isOk: boolean }[];
  /** Where a conflict stands, to be mended by hand. */
  readonly folder?: string;
  /** The agent's last words. */
  readonly said?: string;
  /** What the agent wants to use, and with what. */
  readonly tool?: string;
  readonly input?: Json;
  /** What the supervisor model said to it. */
  readonly supervisor?: string;
};

/** A question to a person, before it is stored. */
export type BreakpointRequest = {
  readonly kind: BreakpointKind;
  readonly question: string;
  readonly context: BreakpointContext;
  /** Name of the rule that asks; absent: Tutti itself does. */
  readonly rule?: string;
  /** Milliseconds after which the answer is no. Absent: it waits for ever. */
  readonly timeoutMs?: number;
  /** Default: all that its kind has. */
  readonly options?: readonly BreakpointAnswerName[];
};

export type BreakpointAnswer = {
  readonly answer: BreakpointAnswerName;
  /** The person's words. */
  readonly note?: string;
  /** For `raise`: by how much, in US dollars. */
  readonly amountUsd?: number;
};

/** A durable wait for a person. Times are milliseconds since the Unix epoch. */
export type Breakpoint = {
  readonly id: BreakpointId;
  readonly jobId: JobId;
  /** Absent: it is about the whole job. */
  readonly taskId: TaskId | undefined;
  readonly attemptId: AttemptId | undefined;
  readonly kind: BreakpointKind;
  readonly rule: string | undefined;
  readonly question: string;
  readonly context: BreakpointContext;
  readonly options: readonly BreakpointAnswerName[];
  readonly status: BreakpointStatus;
  /** Of a person, or of the timeout. */
  readonly answer: BreakpointAnswer | undefined;
  /** Who answered, or what made the question pointless. */
  readonly closedBy: string | undefined;
  readonly openedAt: number;
  readonly closedAt: number | undefined;
  readonly timeoutAt: number | undefined;
};
