import type { DecisionExplanation } from "../../domain/decide/explain-decision.ts";
import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import type { HistoryEntry, HistoryKind } from "../../domain/history.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import { asAttemptId, asJobId, asTaskId } from "../../domain/ids.ts";
import type { DecisionRow, HistoryRow } from "./decision-tables.ts";

// The parse seam of this room: only this layer writes these rows.

type Numbered<Row> = Omit<Row, "seq"> & { readonly seq: number };

/** The name of the template that a prompt was made with. */
export const templateFromText = (text: string): string => parsed<{ readonly name: string }>(text).name;

const parsed = <T>(text: string): T => JSON.parse(text) as T;

export const decisionOfText = (text: string): AttemptDecision => parsed(text);

export const explanationOfText = (text: string): DecisionExplanation => parsed(text);

export const decisionFromRow = (row: Numbered<DecisionRow>): StoredDecision => ({
  seq: row.seq,
  at: row.at,
  jobId: asJobId(row.job_id),
  taskId: asTaskId(row.task_id),
  attemptId: asAttemptId(row.attempt_id),
  decision: parsed(row.decision),
  ...(row.explanation === null ? {} : { explanation: parsed(row.explanation) }),
});

export const entryFromRow = (row: Numbered<HistoryRow>): HistoryEntry => ({
  seq: row.seq,
  at: row.at,
  jobId: asJobId(row.job_id),
  ...(row.task_id === null ? {} : { taskId: asTaskId(row.task_id) }),
  ...(row.attempt_id === null ? {} : { attemptId: asAttemptId(row.attempt_id) }),
  kind: row.kind as HistoryKind,
  role: row.role,
  ...(row.model === null ? {} : { model: row.model }),
  ...(row.conversation === null ? {} : { conversation: row.conversation }),
  ...(row.turn === null ? {} : { turn: row.turn }),
  text: row.text,
  ...(row.data === null ? {} : { data: parsed(row.data) }),
});
