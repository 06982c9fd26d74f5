import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, JobId, WorkerId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { JobReport } from "../../domain/job-report.ts";
import type { Job, JobStrategy } from "../../domain/model.ts";
import type { Plan } from "../../domain/plan/plan-schema.ts";
import type { JobSettings } from "../../domain/settings.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { insertFork, type JobFork } from "./fork-job.ts";
import { changeJobStatus, type JobStatusChange } from "./change-job-status.ts";
import { standOfJob } from "./stand-of-job.ts";
import { jobFromRow } from "../rows.ts";
import { insertWorkflowRun, type NewWorkflowRun } from "../workflows/workflow-runs.ts";

export type NewJob = {
  readonly id: JobId;
  readonly projectPath: string;
  readonly goal: string;
  readonly baseCommit: CommitId;
  readonly branch: string;
  readonly options: JobSettings;
  /** Default `manager`. A `manual` or `workflow` job runs from the start, without tasks. */
  readonly strategy?: JobStrategy;
  readonly orchestratorId?: string;
  readonly dispatchKey?: string;
  /** For the strategy `workflow`. */
  readonly workflow?: NewWorkflowRun;
};

/** `ask`: what a person is asked, for a status that a person ends. */
export type StatusReason = { readonly reason?: string | undefined; readonly ask?: BreakpointRequest | undefined };

export const pausedByPerson = "paused by a person";

/** Commands and queries on jobs. */
export class Jobs {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async create(job: NewJob): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("jobs")
        .values({
          id: job.id,
          project_path: job.projectPath,
          goal: job.goal,
          status: job.strategy === "manual" || job.strategy === "workflow" ? "running" : "planning",
          strategy: job.strategy ?? "manager",
          orchestrator_id: job.orchestratorId ?? null,
          dispatch_key: job.dispatchKey ?? null,
          base_commit: job.baseCommit,
          branch: job.branch,
          options: JSON.stringify(job.options),
          round: 1,
          created_at: at,
        })
        .execute();
      const data = { goal: job.goal, baseCommit: job.baseCommit };
      await appendEvent(tx, { at, type: "job-created", subject: { jobId: job.id }, data });
      if (job.workflow !== undefined) {
        await insertWorkflowRun(tx, { jobId: job.id, run: job.workflow, number: 1, at });
      }
    });
  }

  /** Makes a job of what another one was at a checkpoint. Its branch exists by then. */
  async fork(fork: JobFork): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) => insertFork(tx, fork, at));
  }

  /** @throws {TuttiError} `JOB_UNKNOWN` */
  async get(id: JobId): Promise<Job> {
    const job = await this.find(id);
    if (job !== undefined) return job;
    throw new TuttiError("JOB_UNKNOWN", `There is no job ${id} in this project`, {
      hint: "List the jobs with: tutti job list",
      context: { job: id },
    });
  }

  async find(id: string): Promise<Job | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst(),
    );
    return row === undefined ? undefined : jobFromRow(row);
  }

  async findByKey(projectPath: string, dispatchKey: string): Promise<Job | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("jobs")
        .selectAll()
        .where("project_path", "=", projectPath)
        .where("dispatch_key", "=", dispatchKey)
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : jobFromRow(row);
  }

  /** Newest first. @param status - default: of any */
  async list(projectPath: string, status?: JobStatus): Promise<readonly Job[]> {
    const rows = await this.#context.store.read((db) => {
      const all = db
        .selectFrom("jobs")
        .selectAll()
        .where("project_path", "=", projectPath)
        .orderBy("created_at", "desc")
        .orderBy("id", "desc");
      return (status === undefined ? all : all.where("status", "=", status)).execute();
    });
    return rows.map(jobFromRow);
  }

  /** Writes the fact only when the status really changes. A job that is over starts again only by `reopen`. */
  async setStatus(id: JobId, to: JobStatus, why: string | StatusReason = {}): Promise<void> {
    const { reason, ask } = typeof why === "string" ? { reason: why } : why;
    await this.#context.store.write((tx) => this.#setStatus(tx, { id, to, reason, ask, mayReopen: false }));
  }

  /** Takes a job that is over up again, because a person asked for it. */
  async reopen(id: JobId, reason: string): Promise<void> {
    await this.#context.store.write((tx) => this.#setStatus(tx, { id, to: "running", reason, mayReopen: true }));
  }

  #setStatus(tx: Tx, change: Omit<JobStatusChange, "at">): Promise<void> {
    return changeJobStatus(tx, { ...change, at: this.#context.now() });
  }

  /**
   * Ends a job whose tasks have all come to an end; one that got more tasks meanwhile goes on.
   * @returns the job's status then: `running` when there is more to do
   */
  async finish(id: JobId): Promise<JobStatus> {
    return this.#context.store.write(async (tx) => {
      const stand = await standOfJob(tx, id);
      const to = stand === "unfinished" ? "running" : stand;
      await this.#setStatus(tx, { id, to, reason: undefined, mayReopen: false });
      return to;
    });
  }

  /** Asks a job to stand still: its coordinator stops its agents and says so; without one it stands still at once. */
  async requestPause(id: JobId): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await tx.updateTable("jobs").set({ pause_requested_at: at }).where("id", "=", id).execute();
      const { coordinator_until: until } = await tx
        .selectFrom("jobs")
        .select("coordinator_until")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      if ((until ?? 0) > at) return;
      await this.#setStatus(tx, { id, to: "paused", reason: pausedByPerson, mayReopen: false });
    });
  }

  /** When somebody last asked a job to stand still; `undefined` when nobody does. Names the request. */
  async pauseRequest(id: JobId): Promise<number | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("jobs").select("pause_requested_at").where("id", "=", id).executeTakeFirst(),
    );
    return row?.pause_requested_at ?? undefined;
  }

  /** @param request - this one only: one that was made since stays. Default: whichever there is */
  async withdrawPause(id: JobId, request?: number): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const asked = tx.updateTable("jobs").set({ pause_requested_at: null }).where("id", "=", id);
      await (request === undefined ? asked : asked.where("pause_requested_at", "=", request)).execute();
    });
  }

  /** Starts the next drive of a job whose last one has ended; its number names the engine run. */
  async nextRound(id: JobId): Promise<number> {
    return this.#context.store.write(async (tx) => {
      const { round } = await tx.selectFrom("jobs").select("round").where("id", "=", id).executeTakeFirstOrThrow();
      await tx
        .updateTable("jobs")
        .set({ round: round + 1 })
        .where("id", "=", id)
        .execute();
      return round + 1;
    });
  }

  /** Stores the plan so that a person can look at it before anything starts. */
  async proposePlan(id: JobId, plan: Plan): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx
        .updateTable("jobs")
        .set({ plan: JSON.stringify(plan) })
        .where("id", "=", id)
        .execute();
    });
  }

  /** Raises or lowers what the job may cost, for the drives that follow. */
  async setBudget(id: JobId, maxCostUsdPerJob: number): Promise<void> {
    await this.#context.store.write(async (tx) => {
      const row = await tx.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      const options = JSON.stringify({ ...jobFromRow(row).options, maxCostUsdPerJob });
      await tx.updateTable("jobs").set({ options }).where("id", "=", id).execute();
    });
  }

  async saveReport(id: JobId, report: JobReport, summary: string): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await tx
        .updateTable("jobs")
        .set({ report: JSON.stringify(report) })
        .where("id", "=", id)
        .execute();
      await appendEvent(tx, { at, type: "job-reviewed", subject: { jobId: id }, data: { summary } });
    });
  }

  /**
   * Makes `holder` the job's one coordinator until the lease ends.
   * @returns the present holder when it is somebody else and its lease still runs
   */
  async acquireCoordinator(
    id: JobId,
    holder: { readonly workerId: WorkerId; readonly leaseMs: number },
  ): Promise<{ readonly heldBy: string } | undefined> {
    const now = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const row = await tx
        .selectFrom("jobs")
        .select(["coordinator_id", "coordinator_until"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      const isHeld = row.coordinator_id !== null && (row.coordinator_until ?? 0) > now;
      if (isHeld && row.coordinator_id !== null && row.coordinator_id !== holder.workerId) {
        return { heldBy: row.coordinator_id };
      }
      await tx
        .updateTable("jobs")
        .set({ coordinator_id: holder.workerId, coordinator_until: now + holder.leaseMs })
        .where("id", "=", id)
        .execute();
      return undefined;
    });
  }

  /** Who holds the job by a lease that still runs. */
  async coordinator(id: JobId): Promise<string | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("jobs")
        .select(["coordinator_id", "coordinator_until"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow(),
    );
    return (row.coordinator_until ?? 0) > this.#context.now() ? (row.coordinator_id ?? undefined) : undefined;
  }

  /** Gives the job free, whoever of `workerId`s incarnations holds it; somebody else's lease stays. */
  async releaseCoordinator(id: JobId, workerId: string): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx
        .updateTable("jobs")
        .set({ coordinator_id: null, coordinator_until: null })
        .where("id", "=", id)
        .where("coordinator_id", "=", workerId)
        .execute();
    });
  }
}
