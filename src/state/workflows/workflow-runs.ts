import type { BreakpointRequest, Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import type { ErrorJson } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { openBreakpoint, supersedeBreakpoint } from "../breakpoints/open-breakpoint.ts";
import { breakpointFromRow, workflowRunFromRow } from "../rows.ts";

export type NewWorkflowRun = Pick<WorkflowRun, "ref" | "name" | "version" | "input">;

export type WorkflowEnd =
  | { readonly status: "completed"; readonly output: Json }
  | { readonly status: "failed" | "cancelled"; readonly error: ErrorJson };

export type WorkflowQuestion = {
  /** Unique in the run. */
  readonly key: string;
  readonly signalName: string;
};

/** The bodies of jobs whose tasks a workflow adds, and what they ask. */
export class WorkflowRuns {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** The newest body of a job; absent for a job without a workflow. */
  async current(jobId: JobId): Promise<WorkflowRun | undefined> {
    return this.#context.store.read((db) => currentWorkflow(db, jobId));
  }

  /** Oldest first. */
  async list(jobId: JobId): Promise<readonly WorkflowRun[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("workflow_runs").selectAll().where("job_id", "=", jobId).orderBy("number").execute(),
    );
    return rows.map(workflowRunFromRow);
  }

  /**
   * Begins the body of a job anew, with other code or after it has failed. What the last one asked needs no answer any more.
   * @param last - number of the body that it takes the place of: of two who do so at once one begins, the other gets that one
   */
  async beginAnew(jobId: JobId, last: number, version: string): Promise<WorkflowRun> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const known = await mustHave(tx, jobId);
      if (known.number !== last) return known;
      const { ref, name, input } = known;
      if (known.status === "running") await supersede(tx, known, at);
      await insertWorkflowRun(tx, { jobId, run: { ref, name, version, input }, number: last + 1, at });
      return mustHave(tx, jobId);
    });
  }

  /** Writes what a body came to; the first end counts. */
  async end(jobId: JobId, number: number, end: WorkflowEnd): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const output = end.status === "completed" ? JSON.stringify(end.output) : null;
      const error = end.status === "completed" ? null : JSON.stringify(end.error);
      const changed = await tx
        .updateTable("workflow_runs")
        .set({ status: end.status, output, error, ended_at: at })
        .where("job_id", "=", jobId)
        .where("number", "=", number)
        .where("status", "=", "running")
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return;
      await closeQuestions(tx, { jobId, number }, { at, reason: `the workflow is ${end.status}` });
      const data = { number, status: end.status, ...(end.status === "completed" ? {} : { error: end.error }) };
      await appendEvent(tx, { at, type: "workflow-ended", subject: { jobId }, data });
    });
  }

  /** Puts a question to a person, once for each key. Texts are to be redacted. */
  async ask(
    run: Pick<WorkflowRun, "jobId" | "number">,
    { key, signalName }: WorkflowQuestion,
    request: BreakpointRequest,
  ): Promise<void> {
    const at = this.#context.now();
    const { jobId, number } = run;
    await this.#context.store.write(async (tx) => {
      if ((await questionOf(tx, run, key)) !== undefined) return;
      const id = await openBreakpoint(tx, request, { subject: { jobId }, at });
      await tx
        .insertInto("workflow_questions")
        .values({ job_id: jobId, number, key, signal_name: signalName, breakpoint_id: id })
        .execute();
    });
  }

  /** Nobody waits for the answer any more. */
  async withdraw(run: Pick<WorkflowRun, "jobId" | "number">, key: string): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const asked = await questionOf(tx, run, key);
      if (asked !== undefined)
        await supersedeBreakpoint(tx, asked.breakpoint_id, { at, reason: "nobody waits for it" });
    });
  }

  /** What a body has asked, with the breakpoints as they are. */
  async questions({
    jobId,
    number,
  }: Pick<WorkflowRun, "jobId" | "number">): Promise<
    readonly { readonly signalName: string; readonly breakpoint: Breakpoint }[]
  > {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("workflow_questions")
        .innerJoin("breakpoints", "breakpoints.id", "workflow_questions.breakpoint_id")
        .selectAll("breakpoints")
        .select("signal_name")
        .where("workflow_questions.job_id", "=", jobId)
        .where("number", "=", number)
        .execute(),
    );
    return rows.map((row) => ({ signalName: row.signal_name, breakpoint: breakpointFromRow(row) }));
  }
}

type NewRow = { readonly jobId: JobId; readonly run: NewWorkflowRun; readonly number: number; readonly at: number };

/** Part of the transaction that makes the job, or begins its body anew. */
export async function insertWorkflowRun(tx: Tx, { jobId, run, number, at }: NewRow): Promise<void> {
  const { ref, name, version, input } = run;
  await tx
    .insertInto("workflow_runs")
    .values({
      ...{ job_id: jobId, number, ref, name, version, input: JSON.stringify(input) },
      ...{ status: "running", started_at: at },
    })
    .execute();
  await appendEvent(tx, { at, type: "workflow-started", subject: { jobId }, data: { name, version, number } });
}

/** Part of a rollback, which took back what it had done: whoever drives the job next begins it anew. */
export async function supersedeWorkflow(tx: Tx, jobId: JobId, at: number): Promise<void> {
  const known = await currentWorkflow(tx, jobId);
  if (known !== undefined) await supersede(tx, known, at);
}

async function supersede(tx: Tx, { jobId, number }: WorkflowRun, at: number): Promise<void> {
  await tx
    .updateTable("workflow_runs")
    .set({ status: "superseded", ended_at: at })
    .where("job_id", "=", jobId)
    .where("number", "=", number)
    .execute();
  await closeQuestions(tx, { jobId, number }, { at, reason: "the workflow was begun anew" });
}

async function closeQuestions(
  tx: Tx,
  { jobId, number }: Pick<WorkflowRun, "jobId" | "number">,
  why: { readonly at: number; readonly reason: string },
): Promise<void> {
  const asked = await tx
    .selectFrom("workflow_questions")
    .select("breakpoint_id")
    .where("job_id", "=", jobId)
    .where("number", "=", number)
    .execute();
  for (const { breakpoint_id: id } of asked) await supersedeBreakpoint(tx, id, why);
}

const questionOf = (tx: Tx, { jobId, number }: Pick<WorkflowRun, "jobId" | "number">, key: string) =>
  tx
    .selectFrom("workflow_questions")
    .selectAll()
    .where("job_id", "=", jobId)
    .where("number", "=", number)
    .where("key", "=", key)
    .executeTakeFirst();

/** The newest body of a job. */
export async function currentWorkflow(db: Pick<Tx, "selectFrom">, jobId: JobId): Promise<WorkflowRun | undefined> {
  const row = await db
    .selectFrom("workflow_runs")
    .selectAll()
    .where("job_id", "=", jobId)
    .orderBy("number", "desc")
    .executeTakeFirst();
  return row && workflowRunFromRow(row);
}

async function mustHave(tx: Tx, jobId: JobId): Promise<WorkflowRun> {
  const run = await currentWorkflow(tx, jobId);
  if (run === undefined) throw new Error(`job ${jobId} has no workflow`);
  return run;
}
