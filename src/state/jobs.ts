import { TuttiError } from "../domain/errors.ts";
import type { CommitId, JobId, WorkerId } from "../domain/ids.ts";
import { isJobOver, type JobStatus } from "../domain/job-status.ts";
import type { JobReport } from "../domain/job-report.ts";
import type { Job } from "../domain/model.ts";
import type { Plan } from "../domain/plan/plan-schema.ts";
import type { JobSettings } from "../domain/settings.ts";
import { appendEvent, type Tx } from "./append-events.ts";
import type { StateContext } from "./context.ts";
import { jobFromRow, jobStatusOf } from "./rows.ts";

export type NewJob = {
  readonly id: JobId;
  readonly projectPath: string;
  readonly goal: string;
  readonly baseCommit: CommitId;
  readonly branch: string;
  readonly options: JobSettings;
};

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
          status: "planning",
          base_commit: job.baseCommit,
          branch: job.branch,
          options: JSON.stringify(job.options),
          round: 1,
          created_at: at,
        })
        .execute();
      const data = { goal: job.goal, baseCommit: job.baseCommit };
      await appendEvent(tx, { at, type: "job-created", subject: { jobId: job.id }, data });
    });
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

  /** Newest first. */
  async list(projectPath: string): Promise<readonly Job[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("jobs")
        .selectAll()
        .where("project_path", "=", projectPath)
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .execute(),
    );
    return rows.map(jobFromRow);
  }

  /** Writes the fact only when the status really changes. A job that is over starts again only by `reopen`. */
  async setStatus(id: JobId, to: JobStatus, reason?: string): Promise<void> {
    await this.#context.store.write((tx) => this.#setStatus(tx, { id, to, reason, mayReopen: false }));
  }

  /** Takes a job that is over up again, because a person asked for it. */
  async reopen(id: JobId, reason: string): Promise<void> {
    await this.#context.store.write((tx) => this.#setStatus(tx, { id, to: "running", reason, mayReopen: true }));
  }

  async #setStatus(
    tx: Tx,
    change: { id: JobId; to: JobStatus; reason: string | undefined; mayReopen: boolean },
  ): Promise<void> {
    const { id, to, reason } = change;
    const row = await tx.selectFrom("jobs").select("status").where("id", "=", id).executeTakeFirstOrThrow();
    const from = jobStatusOf(row);
    if (from === to || (isJobOver(from) && !change.mayReopen)) return;
    const at = this.#context.now();
    await tx
      .updateTable("jobs")
      .set({ status: to, ended_at: isJobOver(to) ? at : null })
      .where("id", "=", id)
      .execute();
    const data = { from, to, ...(reason === undefined ? {} : { reason }) };
    await appendEvent(tx, { at, type: "job-status-changed", subject: { jobId: id }, data });
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
