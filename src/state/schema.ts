import type { Generated } from "kysely";

import type { DecisionTables } from "./decisions/decision-tables.ts";
import type { BreakpointRow } from "./breakpoints/breakpoint-table.ts";
import type { FileChangeRow, FileWatchRow } from "./attempts/file-change-tables.ts";
import type { AccountRow, HoldRow } from "./fleet/governor-tables.ts";
import type { CheckpointTables } from "./checkpoints/checkpoint-tables.ts";
import type { NoteChangeRow, NoteRow, PromptRewriteRow, PromptRow } from "./prompts/prompt-tables.ts";
import type { GateBaselineTables } from "./attempts/gate-baseline-tables.ts";
import type { WorkflowEventRow } from "./workflows/workflow-event-table.ts";
import type { WorkflowTables } from "./workflows/workflow-tables.ts";
import type { PartLimitRow } from "./budgets/part-limit-table.ts";
import type { ResultTables } from "./results/result-tables.ts";
import type { InteractionRow, SupervisorStandingRow } from "./supervisor/supervisor-tables.ts";

/** Text that holds JSON. */
type JsonText = string;
/** Milliseconds since the Unix epoch. */
type Instant = number;

export type JobRow = {
  id: string;
  project_path: string;
  goal: string;
  status: string;
  base_commit: string;
  branch: string;
  /** Resolved settings that the job was started with; a resume uses them again. */
  options: JsonText;
  plan: JsonText | null;
  /** Which drive of the job this is: its engine run is `<job>#<round>`. */
  round: number;
  report: JsonText | null;
  coordinator_id: string | null;
  coordinator_until: Instant | null;
  created_at: Instant;
  ended_at: Instant | null;
  /** `manager` or `manual`. */
  strategy: string;
  orchestrator_id: string | null;
  /** Unique in the project. */
  dispatch_key: string | null;
  /** A person wants it to stand still; its coordinator sees to that. */
  pause_requested_at: Instant | null;
};

export type TaskRow = {
  id: string;
  job_id: string;
  key: string;
  position: number;
  status: string;
  reason: string | null;
  /** For `waiting`: `person` or `quota`. */
  waits_for: string | null;
  /** The plan's entry, whole. */
  spec: JsonText;
  /** Of the plan's entry: tasks with the same one share a conversation. */
  batch: string | null;
  priority: number;
  /** Which dispatch of the task this is: its engine run is `<task>#<round>`. */
  round: number;
  /** The engine's fencing token of the run that may write now. */
  fence_token: number;
  worker_id: string | null;
  /** Attempts that count against the limit. */
  failures: number;
  accepted_attempt: string | null;
  merged_commit: string | null;
  evidence: JsonText | null;
  /** Of the rollback before whose checkpoint it was added; its key stays taken. */
  taken_back_by: string | null;
  started_at: Instant | null;
  ended_at: Instant | null;
  /** Keys of the tasks that a new plan has put in its place. */
  replaced_by: JsonText | null;
};

export type DependencyRow = { task_id: string; depends_on: string };

export type AttemptRow = {
  id: string;
  task_id: string;
  job_id: string;
  number: number;
  status: string;
  worker_id: string | null;
  slot_id: string | null;
  /** Key of its agent conversation: its own id, or that of the attempt whose conversation it goes on with. */
  conversation: string;
  /** Null in what older versions stored. */
  model: string | null;
  /** Which conversation its own was to begin as a fork of, and whether it did. */
  origin: JsonText | null;
  base_commit: string;
  /** Of the rollback that has undone it; it is history then. */
  taken_back_by: string | null;
  /** Files that it begins with instead of its base's. */
  files_commit: string | null;
  snapshot_commit: string | null;
  feedback: string | null;
  outcome: JsonText | null;
  validation: JsonText | null;
  gates: JsonText | null;
  decision: JsonText | null;
  started_at: Instant;
  ended_at: Instant | null;
};

/** One agent conversation: of an attempt, or of the manager, the reviewer or a resolver. */
export type SessionRow = {
  /** What the conversation is for; stable over restarts. */
  key: string;
  job_id: string;
  task_id: string | null;
  role: string;
  /** Where it can be resumed; null once that slot has moved on. */
  slot_id: string | null;
  /** Outlives its slot: it can be forked from anywhere on the machine. */
  session_id: string | null;
  /** Turns begun, resumed ones included. */
  turns: number;
  /** What a conversation that asks for one thing came to. */
  answer: JsonText | null;
  pid: number | null;
  started_at: Instant;
};

export type UsageRow = {
  session_key: string;
  turn: number;
  model: string;
  job_id: string;
  task_id: string | null;
  role: string;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  cost_usd: number | null;
  at: Instant;
};

/** What a turn has set aside of the budgets, and what it counted for when it ended. */
export type ReservationRow = {
  session_key: string;
  turn: number;
  job_id: string;
  task_id: string | null;
  worker_id: string;
  /** Null: its model has no price. */
  reserved_usd: number | null;
  /** Null while the turn runs. */
  spent_usd: number | null;
  at: Instant;
  settled_at: Instant | null;
};

export type WorkerRow = {
  id: string;
  job_id: string;
  kind: string;
  host: string;
  pid: number;
  pid_start: string;
  status: string;
  started_at: Instant;
  ended_at: Instant | null;
};

export type SlotRow = {
  id: string;
  job_id: string;
  path: string;
  /** The one incarnation of a worker that may touch it; null = free. */
  worker_id: string | null;
  created_at: Instant;
};

export type PauseRow = { account: string; since: Instant; until: Instant | null; error: JsonText };

export type EventRow = {
  seq: Generated<number>;
  at: Instant;
  type: string;
  job_id: string | null;
  task_id: string | null;
  attempt_id: string | null;
  data: JsonText;
};

export type ActivityRow = {
  seq: Generated<number>;
  at: Instant;
  job_id: string;
  task_id: string | null;
  role: string;
  kind: string;
  text: string;
};

type WorkflowEventTables = { workflow_events: WorkflowEventRow };

type PartTables = WorkflowEventTables & ResultTables & CheckpointTables & DecisionTables & WorkflowTables;

export type StateTables = GateBaselineTables &
  PartTables & {
    jobs: JobRow;
    tasks: TaskRow;
    task_dependencies: DependencyRow;
    attempts: AttemptRow;
    sessions: SessionRow;
    usage: UsageRow;
    reservations: ReservationRow;
    part_limits: PartLimitRow;
    workers: WorkerRow;
    slots: SlotRow;
    pauses: PauseRow;
    account_limits: AccountRow;
    holds: HoldRow;
    interactions: InteractionRow;
    supervisor_standings: SupervisorStandingRow;
    breakpoints: BreakpointRow;
    events: EventRow;
    activity: ActivityRow;
    prompts: PromptRow;
    prompt_rewrites: PromptRewriteRow;
    notes: NoteRow;
    note_changes: NoteChangeRow;
    file_changes: FileChangeRow;
    file_watches: FileWatchRow;
  };
