import type { Selectable } from "kysely";

import type { ReceivedEvent } from "../domain/workflow/received-event.ts";
import type { WorkflowRun } from "../domain/workflow/workflow-run.ts";
import type { WorkflowEventRow } from "./workflows/workflow-event-table.ts";
import type { WorkflowRunRow } from "./workflows/workflow-tables.ts";
import type { Breakpoint } from "../domain/breakpoint/breakpoint.ts";
import {
  asAttemptId,
  asBreakpointId,
  asCommitId,
  asJobId,
  asSessionId,
  asSlotId,
  asTaskId,
  asWorkerId,
} from "../domain/ids.ts";
import type { AgentConversation, Attempt, AttemptStatus, Job, Task } from "../domain/model.ts";
import type { JobStatus } from "../domain/job-status.ts";
import type { TaskStatus } from "../domain/task-status.ts";
import type { ErrorJson } from "../domain/errors.ts";
import type { Activity, EventData, EventType, StoredEvent } from "../domain/events.ts";
import type { GateAtBase } from "../domain/evidence.ts";
import type { StoredResult } from "../domain/cache/stored-result.ts";
import type { Json } from "../domain/json.ts";
import type { InteractionEnding, SupervisorInteraction } from "../domain/supervisor/interaction.ts";
import type { AccountLimits } from "../domain/quota/account-limits.ts";
import type { Hold } from "../domain/schedule/admission.ts";
import type { BreakpointRow } from "./breakpoints/breakpoint-table.ts";
import type { AttemptWatch, RecordedChange } from "../domain/watch/recorded-change.ts";
import type { FileChangeRow, FileWatchRow } from "./attempts/file-change-tables.ts";
import type { AccountRow } from "./fleet/governor-tables.ts";
import type { ResultRow } from "./results/result-tables.ts";
import type { InteractionRow } from "./supervisor/supervisor-tables.ts";
import type { ActivityRow, AttemptRow, EventRow, JobRow, SessionRow, TaskRow } from "./schema.ts";

// The casts of this file are the one parse seam between rows, which only this layer writes, and the model.

const parsed = <T>(text: string | null): T | undefined => (text === null ? undefined : (JSON.parse(text) as T));

/** For what one file alone reads. */
export const parsedText = <T>(text: string): T => JSON.parse(text) as T;

export const jobFromRow = (row: JobRow): Job => ({
  id: asJobId(row.id),
  projectPath: row.project_path,
  goal: row.goal,
  status: row.status as JobStatus,
  baseCommit: asCommitId(row.base_commit),
  branch: row.branch,
  strategy: row.strategy as Job["strategy"],
  orchestratorId: row.orchestrator_id ?? undefined,
  dispatchKey: row.dispatch_key ?? undefined,
  isPauseRequested: row.pause_requested_at !== null,
  options: JSON.parse(row.options) as Job["options"],
  plan: parsed(row.plan),
  round: row.round,
  report: parsed(row.report),
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
});

export const taskFromRow = (row: TaskRow, dependsOn: readonly string[]): Task => ({
  id: asTaskId(row.id),
  jobId: asJobId(row.job_id),
  key: row.key,
  position: row.position,
  status: row.status as TaskStatus,
  reason: row.reason ?? undefined,
  waitsFor: waitsForOf(row),
  spec: JSON.parse(row.spec) as Task["spec"],
  priority: row.priority,
  dependsOn: dependsOn.map(asTaskId),
  round: row.round,
  workerId: row.worker_id === null ? undefined : asWorkerId(row.worker_id),
  failures: row.failures,
  acceptedAttempt: row.accepted_attempt === null ? undefined : asAttemptId(row.accepted_attempt),
  mergedCommit: row.merged_commit === null ? undefined : asCommitId(row.merged_commit),
  evidence: parsed(row.evidence),
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
});

export const waitsForOf = (row: Pick<TaskRow, "waits_for">): Task["waitsFor"] =>
  (row.waits_for ?? undefined) as Task["waitsFor"];

export const accountFromRow = ({ account, reading, pace }: AccountRow): AccountLimits => ({
  account,
  // Rows of former versions have no warnings.
  warnings: [],
  ...(JSON.parse(reading) as Pick<AccountLimits, "windows">),
  pace: JSON.parse(pace) as AccountLimits["pace"],
});

export const baselineFromText = (text: string): Omit<GateAtBase, "comparison"> =>
  JSON.parse(text) as Omit<GateAtBase, "comparison">;

export const holdFromText = (text: string): Hold => JSON.parse(text) as Hold;

export const specFromRow = (row: Pick<TaskRow, "spec">): Task["spec"] => JSON.parse(row.spec) as Task["spec"];

export const conversationFromRow = (row: SessionRow): AgentConversation => ({
  key: row.key,
  role: row.role,
  slotId: row.slot_id === null ? undefined : asSlotId(row.slot_id),
  sessionId: row.session_id === null ? undefined : asSessionId(row.session_id),
  turn: row.turns,
  answer: parsed(row.answer),
});

export const attemptFromRow = (row: AttemptRow): Attempt => ({
  id: asAttemptId(row.id),
  taskId: asTaskId(row.task_id),
  jobId: asJobId(row.job_id),
  number: row.number,
  status: row.status as AttemptStatus,
  workerId: row.worker_id === null ? undefined : asWorkerId(row.worker_id),
  slotId: row.slot_id === null ? undefined : asSlotId(row.slot_id),
  conversation: row.conversation,
  model: row.model ?? undefined,
  origin: originFromText(row.origin),
  baseCommit: asCommitId(row.base_commit),
  ...(row.taken_back_by === null ? {} : { isTakenBack: true as const }),
  filesCommit: row.files_commit === null ? undefined : asCommitId(row.files_commit),
  snapshotCommit: row.snapshot_commit === null ? undefined : asCommitId(row.snapshot_commit),
  feedback: row.feedback ?? undefined,
  outcome: parsed(row.outcome),
  diff: parsed<Pick<Attempt, "diff">>(row.validation)?.diff,
  gates: parsed<Attempt["gates"]>(row.gates) ?? [],
  quality: parsed<Pick<Attempt, "quality">>(row.validation)?.quality,
  decision: parsed(row.decision),
  startedAt: row.started_at,
  endedAt: row.ended_at ?? undefined,
});

export const breakpointFromRow = (row: BreakpointRow): Breakpoint => ({
  id: asBreakpointId(row.id),
  jobId: asJobId(row.job_id),
  taskId: row.task_id === null ? undefined : asTaskId(row.task_id),
  attemptId: row.attempt_id === null ? undefined : asAttemptId(row.attempt_id),
  kind: row.kind as Breakpoint["kind"],
  rule: row.rule ?? undefined,
  question: row.question,
  context: JSON.parse(row.context) as Breakpoint["context"],
  options: JSON.parse(row.options) as Breakpoint["options"],
  status: row.status as Breakpoint["status"],
  answer: parsed(row.answer),
  closedBy: row.closed_by ?? undefined,
  openedAt: row.opened_at,
  closedAt: row.closed_at ?? undefined,
  timeoutAt: row.timeout_at ?? undefined,
});

export const decisionFromText = (text: string | null): Attempt["decision"] => parsed(text);

export const settingsFromRow = (row: Pick<JobRow, "options">): Job["options"] =>
  JSON.parse(row.options) as Job["options"];

export const originFromText = (text: string | null): Attempt["origin"] => parsed(text);

export const jobStatusOf = (row: Pick<JobRow, "status">): JobStatus => row.status as JobStatus;

export const taskStatusOf = (row: Pick<TaskRow, "status">): TaskStatus => row.status as TaskStatus;

export const errorFromText = (text: string): ErrorJson => JSON.parse(text) as ErrorJson;

export const eventDataFromText = <Type extends EventType>(_type: Type, text: string): EventData[Type] =>
  JSON.parse(text) as EventData[Type];

export const resultFromRow = (row: ResultRow): StoredResult => ({
  key: row.key,
  taskKey: row.task_key,
  jobId: asJobId(row.job_id),
  attempt: asAttemptId(row.attempt_id),
  commit: asCommitId(row.commit_id),
  baseCommit: asCommitId(row.base_commit),
  outcome: JSON.parse(row.outcome) as StoredResult["outcome"],
  evidence: JSON.parse(row.evidence) as StoredResult["evidence"],
  ingredients: JSON.parse(row.ingredients) as StoredResult["ingredients"],
  costUsd: row.cost_usd,
  durationMs: row.duration_ms,
  storedAt: row.stored_at,
  lastUsedAt: row.last_used_at ?? undefined,
  uses: row.uses,
});

type Stored<Row extends { seq: unknown }> = Omit<Row, "seq"> & { readonly seq: number };

export const eventFromRow = (row: Stored<EventRow>): StoredEvent => {
  const { seq, at, type, job_id, task_id, attempt_id, data } = row;
  const place = { jobId: job_id, taskId: task_id, attemptId: attempt_id };
  return { seq, at, type, ...place, data: JSON.parse(data) as unknown } as StoredEvent;
};

export const activityFromRow = (row: Stored<ActivityRow>): Activity => ({
  seq: row.seq,
  at: row.at,
  jobId: asJobId(row.job_id),
  taskId: row.task_id === null ? null : asTaskId(row.task_id),
  role: row.role,
  kind: row.kind as Activity["kind"],
  text: row.text,
});

export const interactionFromRow = (row: Selectable<InteractionRow>): SupervisorInteraction => ({
  kind: "supervisor",
  seq: row.seq,
  purpose: row.purpose as SupervisorInteraction["purpose"],
  jobId: asJobId(row.job_id),
  taskId: row.task_id === null ? undefined : asTaskId(row.task_id),
  attemptId: row.attempt_id === null ? undefined : asAttemptId(row.attempt_id),
  supervisor: row.supervisor,
  system: row.system ?? undefined,
  prompt: row.prompt,
  schema: parsed(row.schema),
  askedAt: row.asked_at,
  ending: endingFromRow(row),
});

function endingFromRow(row: Selectable<InteractionRow>): InteractionEnding | undefined {
  if (row.ended_at === null) return undefined;
  const sums = { endedAt: row.ended_at, tries: row.tries, used: parsed<InteractionEnding["used"]>(row.used) };
  if (row.status === "failed")
    return { ...sums, status: "failed", failure: row.failure ?? "", reason: row.reason ?? "" };
  const value = parsed<Json>(row.answer_value);
  const from = row.answered_from as Extract<InteractionEnding, { status: "answered" }>["from"];
  return { ...sums, status: "answered", from, text: row.answer ?? "", ...(value === undefined ? {} : { value }) };
}
export const fileChangeFromRow = (row: Selectable<FileChangeRow>): RecordedChange => ({
  seq: row.seq,
  at: row.at,
  attemptId: asAttemptId(row.attempt_id),
  path: row.path,
  kind: row.kind as RecordedChange["kind"],
  size: row.size,
  hash: row.hash,
  source: row.source as RecordedChange["source"],
  isInResult: row.in_result === null ? undefined : row.in_result === 1,
});

export const attemptWatchFromRow = (row: FileWatchRow): AttemptWatch => ({
  attemptId: asAttemptId(row.attempt_id),
  mode: row.mode as AttemptWatch["mode"],
  trouble: row.trouble ?? undefined,
  recorded: row.recorded,
  dropped: row.dropped,
});

export const workflowRunFromRow = (row: WorkflowRunRow): WorkflowRun => ({
  jobId: asJobId(row.job_id),
  number: row.number,
  ref: row.ref,
  name: row.name,
  version: row.version,
  input: JSON.parse(row.input) as WorkflowRun["input"],
  status: row.status as WorkflowRun["status"],
  output: parsed(row.output),
  error: parsed(row.error),
  startedAt: row.started_at,
  endedAt: row.ended_at ?? undefined,
});

export const receivedEventFromRow = (row: Selectable<WorkflowEventRow>): ReceivedEvent => ({
  event: {
    id: row.id,
    type: row.type,
    source: row.source,
    ...(row.happened_at === null ? {} : { at: row.happened_at }),
    details: JSON.parse(row.details) as ReceivedEvent["event"]["details"],
  },
  status: row.status as ReceivedEvent["status"],
  receivedAt: row.received_at,
  jobId: row.job_id === null ? undefined : asJobId(row.job_id),
  reason: row.reason ?? undefined,
  endedAt: row.ended_at ?? undefined,
});
