import type { Kysely } from "kysely";

import type { Migrations } from "../stores/port.ts";
import { checkpointsMigration } from "./checkpoints/checkpoint-tables.ts";
import { createDecisionTables } from "./decisions/decision-tables.ts";
import { createBreakpoints } from "./breakpoints/breakpoint-table.ts";
import { reservationsMigration } from "./budgets/reservations-migration.ts";
import { indexFeedback } from "./decisions/feedback-indexes.ts";
import { createFileChanges } from "./attempts/file-change-tables.ts";
import { createGovernor } from "./fleet/governor-tables.ts";
import { createSupervisor } from "./supervisor/supervisor-tables.ts";
import { promptsMigration } from "./prompts/prompt-tables.ts";
import { createGateBaselines } from "./attempts/gate-baseline-tables.ts";
import { createWorkflowEvents } from "./workflows/workflow-event-table.ts";
import { createWorkflowTables } from "./workflows/workflow-tables.ts";
import { createPartLimits } from "./budgets/part-limit-table.ts";
import { createResults } from "./results/result-tables.ts";
import { sharedConversationsMigration } from "./attempts/shared-conversations-migration.ts";

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("jobs")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("project_path", "text", (c) => c.notNull())
    .addColumn("goal", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("base_commit", "text", (c) => c.notNull())
    .addColumn("branch", "text", (c) => c.notNull())
    .addColumn("options", "text", (c) => c.notNull())
    .addColumn("plan", "text")
    .addColumn("round", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("report", "text")
    .addColumn("coordinator_id", "text")
    .addColumn("coordinator_until", "bigint")
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
}

async function createTasks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("tasks")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull().references("jobs.id"))
    .addColumn("key", "text", (c) => c.notNull())
    .addColumn("position", "integer", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("reason", "text")
    .addColumn("waits_for", "text")
    .addColumn("spec", "text", (c) => c.notNull())
    .addColumn("priority", "integer", (c) => c.notNull())
    .addColumn("round", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("fence_token", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("worker_id", "text")
    .addColumn("failures", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("accepted_attempt", "text")
    .addColumn("merged_commit", "text")
    .addColumn("evidence", "text")
    .addColumn("started_at", "bigint")
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("tasks_by_job").on("tasks").columns(["job_id", "status"]).execute();
  await db.schema
    .createTable("task_dependencies")
    .addColumn("task_id", "text", (c) => c.notNull().references("tasks.id"))
    .addColumn("depends_on", "text", (c) => c.notNull().references("tasks.id"))
    .addPrimaryKeyConstraint("task_dependencies_pk", ["task_id", "depends_on"])
    .execute();
}

async function createAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("attempts")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("task_id", "text", (c) => c.notNull().references("tasks.id"))
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("number", "integer", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("worker_id", "text")
    .addColumn("slot_id", "text")
    .addColumn("conversation", "text", (c) => c.notNull())
    .addColumn("base_commit", "text", (c) => c.notNull())
    .addColumn("snapshot_commit", "text")
    .addColumn("feedback", "text")
    .addColumn("outcome", "text")
    .addColumn("validation", "text")
    .addColumn("gates", "text")
    .addColumn("decision", "text")
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema.createIndex("attempts_by_task").on("attempts").columns(["task_id", "number"]).unique().execute();
}

async function createSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("sessions")
    .addColumn("key", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("slot_id", "text")
    .addColumn("session_id", "text")
    .addColumn("turns", "integer", (c) => c.notNull().defaultTo(0))
    .addColumn("answer", "text")
    .addColumn("pid", "integer")
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("usage")
    .addColumn("session_key", "text", (c) => c.notNull())
    .addColumn("turn", "integer", (c) => c.notNull())
    .addColumn("model", "text", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("input_tokens", "bigint", (c) => c.notNull())
    .addColumn("output_tokens", "bigint", (c) => c.notNull())
    .addColumn("cache_read_tokens", "bigint", (c) => c.notNull())
    .addColumn("cache_write_tokens", "bigint", (c) => c.notNull())
    .addColumn("cost_usd", "double precision")
    .addColumn("at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("usage_pk", ["session_key", "turn", "model"])
    .execute();
  await db.schema.createIndex("usage_by_job").on("usage").columns(["job_id", "task_id"]).execute();
}

async function createFleet(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("workers")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("host", "text", (c) => c.notNull())
    .addColumn("pid", "integer", (c) => c.notNull())
    .addColumn("pid_start", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
  await db.schema
    .createTable("slots")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("path", "text", (c) => c.notNull())
    .addColumn("worker_id", "text")
    .addColumn("created_at", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("pauses")
    .addColumn("account", "text", (c) => c.primaryKey())
    .addColumn("since", "bigint", (c) => c.notNull())
    .addColumn("until", "bigint")
    .addColumn("error", "text", (c) => c.notNull())
    .execute();
}

async function createLogs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("events")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("type", "text", (c) => c.notNull())
    .addColumn("job_id", "text")
    .addColumn("task_id", "text")
    .addColumn("attempt_id", "text")
    .addColumn("data", "text", (c) => c.notNull())
    .execute();
  await db.schema.createIndex("events_by_job").on("events").columns(["job_id", "seq"]).execute();
  await db.schema
    .createTable("activity")
    .addColumn("seq", "integer", (c) => c.primaryKey().autoIncrement())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("job_id", "text", (c) => c.notNull())
    .addColumn("task_id", "text")
    .addColumn("role", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("text", "text", (c) => c.notNull())
    .execute();
  await db.schema.createIndex("activity_by_job").on("activity").columns(["job_id", "seq"]).execute();
}

/** Jobs whose tasks come from a program instead of a plan. */
async function addJobApi(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.alterTable("jobs");
  await table.addColumn("strategy", "text", (c) => c.notNull().defaultTo("manager")).execute();
  await table.addColumn("orchestrator_id", "text").execute();
  await table.addColumn("dispatch_key", "text").execute();
  await table.addColumn("pause_requested_at", "bigint").execute();
  await db.schema
    .createIndex("jobs_by_dispatch_key")
    .on("jobs")
    .columns(["project_path", "dispatch_key"])
    .unique()
    .execute();
}

/** A job of very many tasks: what runs or has failed is found without reading the attempts that are done with. */
async function indexAttempts(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("attempts_by_job").on("attempts").columns(["job_id", "status"]).execute();
}

/** The state's schema. A published migration never changes; a new need is a new migration. */
export const stateMigrations: Migrations = {
  "state-001-first": {
    async up(db) {
      for (const create of [createJobs, createTasks, createAttempts, createSessions, createFleet, createLogs]) {
        await create(db);
      }
    },
  },
  "state-002-job-api": { up: addJobApi },
  "state-010-reservations": reservationsMigration,
  "state-020-results": { up: createResults },
  "state-040-governor": { up: createGovernor },
  "state-030-shared-conversations": sharedConversationsMigration,
  "state-050-attempts-by-job": { up: indexAttempts },
  "state-070-supervisor": { up: createSupervisor },
  "state-110-checkpoints": checkpointsMigration,
  "state-060-prompts": promptsMigration,
  "state-080-gate-baselines": { up: createGateBaselines },
  "state-090-decisions": { up: createDecisionTables },
  "state-100-breakpoints": { up: createBreakpoints },
  "state-120-file-changes": { up: createFileChanges },
  "state-130-feedback-indexes": { up: indexFeedback },
  "state-140-workflows": { up: createWorkflowTables },
  "state-150-workflow-events": { up: createWorkflowEvents },
  "state-160-part-limits": { up: createPartLimits },
};
