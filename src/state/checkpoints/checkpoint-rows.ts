import type { Selectable } from "kysely";

import type { Checkpoint, Rollback } from "../../domain/checkpoint/checkpoint.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { asCheckpointId, asCommitId, asJobId, asTaskId } from "../../domain/ids.ts";
import type { CheckpointRow, RollbackRow } from "./checkpoint-tables.ts";
import { eventDataFromText } from "../rows.ts";
import type { EventRow } from "../schema.ts";

// As in rows.ts, the casts are the parse seam between rows, which only this layer writes, and the model.

export const parsedVersion = <Version>(text: string): Version => JSON.parse(text) as Version;

export const jobTipFromEvent = ({ type, data }: Pick<EventRow, "type" | "data">): string =>
  type === "integration-finished"
    ? eventDataFromText("integration-finished", data).commit
    : eventDataFromText("job-rolled-back", data).tip;

export const checkpointFromRow = (row: Selectable<CheckpointRow>): Checkpoint => ({
  id: asCheckpointId(row.id),
  projectPath: row.project_path,
  ...(row.job_id === null ? {} : { jobId: asJobId(row.job_id) }),
  kind: row.kind as Checkpoint["kind"],
  ...(row.name === null ? {} : { name: row.name }),
  ...(row.task_id === null ? {} : { taskId: asTaskId(row.task_id) }),
  tip: asCommitId(row.tip),
  ref: row.ref,
  commit: asCommitId(row.commit_id),
  files: JSON.parse(row.files) as Checkpoint["files"],
  isWhileAtWork: row.is_while_at_work === 1,
  sizeBytes: row.size_bytes,
  createdAt: row.created_at,
});

export const rollbackFromRow = (row: RollbackRow): Rollback => ({
  id: asCheckpointId(row.id),
  jobId: asJobId(row.job_id),
  checkpointId: asCheckpointId(row.checkpoint_id),
  request: JSON.parse(row.request) as Rollback["request"],
  status: row.status as Rollback["status"],
  result: row.result === null ? undefined : (JSON.parse(row.result) as Rollback["result"]),
});

/** The same evidence, for a merge that was made again. */
export function evidenceWithCommit(text: string | null, mergedCommit: string): string | null {
  if (text === null) return null;
  const evidence = JSON.parse(text) as Evidence;
  return JSON.stringify({ ...evidence, mergedCommit });
}
