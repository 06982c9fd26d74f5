import type { BreakpointAnswer, Breakpoint, BreakpointStatus } from "../../domain/breakpoint/breakpoint.ts";
import { checkAnswer } from "../../domain/breakpoint/check-answer.ts";
import { refusalOf } from "../../domain/breakpoint/answers.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { AttemptId, BreakpointId, JobId, TaskId } from "../../domain/ids.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import { applyAnswer } from "./apply-answer.ts";
import type { BreakpointRow } from "./breakpoint-table.ts";
import type { StateContext } from "../context.ts";
import { breakpointFromRow } from "../rows.ts";

export type GivenAnswer = BreakpointAnswer & { readonly by: string };

export type Resolution = {
  readonly breakpoint: Breakpoint;
  /** `false`: it had this answer already. */
  readonly isNew: boolean;
};

/** Durable waits for a person. They are opened where a task or a job begins to wait, in the same transaction. */
export class Breakpoints {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** The oldest first. */
  async list(filter: { readonly jobId?: JobId; readonly status?: BreakpointStatus } = {}) {
    const { jobId, status } = filter;
    const rows = await this.#context.store.read((db) => {
      let query = db.selectFrom("breakpoints").selectAll().orderBy("opened_at").orderBy("id");
      if (jobId !== undefined) query = query.where("job_id", "=", jobId);
      if (status !== undefined) query = query.where("status", "=", status);
      return query.execute();
    });
    return rows.map(breakpointFromRow);
  }

  /** @throws {TuttiError} `BREAKPOINT_UNKNOWN` */
  async get(id: BreakpointId): Promise<Breakpoint> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("breakpoints").selectAll().where("id", "=", id).executeTakeFirst(),
    );
    if (row !== undefined) return breakpointFromRow(row);
    throw new TuttiError("BREAKPOINT_UNKNOWN", `There is no breakpoint ${id}`, { context: { breakpoint: id } });
  }

  /** What was answered about an attempt, in the order of the answers. */
  async answered(attemptId: AttemptId): Promise<readonly Breakpoint[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("breakpoints")
        .selectAll()
        .where("attempt_id", "=", attemptId)
        .where("status", "in", ["resolved", "expired"])
        .orderBy("closed_at")
        .execute(),
    );
    return rows.map(breakpointFromRow);
  }

  /** What was answered about a task, in the order of the answers. */
  async answeredOfTask(taskId: TaskId): Promise<readonly Breakpoint[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("breakpoints")
        .selectAll()
        .where("task_id", "=", taskId)
        .where("status", "in", ["resolved", "expired"])
        .orderBy("closed_at")
        .execute(),
    );
    return rows.map(breakpointFromRow);
  }

  /** How the question about a job's plan stands; absent while it was not asked. */
  async ofPlan(jobId: JobId): Promise<Breakpoint | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("breakpoints")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("kind", "=", "plan")
        .where("status", "!=", "superseded")
        .executeTakeFirst(),
    );
    return row && breakpointFromRow(row);
  }

  /** Permissions that a person gave for the whole job. */
  async grants(jobId: JobId): Promise<readonly Breakpoint[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("breakpoints")
        .selectAll()
        .where("job_id", "=", jobId)
        .where("status", "=", "resolved")
        .where("kind", "=", "permission")
        .execute(),
    );
    return rows.map(breakpointFromRow).filter(({ answer }) => answer?.answer === "allow-for-job");
  }

  /**
   * Answers a breakpoint and does what the answer says, in one transaction. The first answer counts; the same again changes nothing.
   * @throws {TuttiError} `BREAKPOINT_UNKNOWN`, `BREAKPOINT_INVALID`
   */
  async resolve(id: BreakpointId, { by, ...answer }: GivenAnswer): Promise<Resolution> {
    await this.expireDue();
    const at = this.#context.now();
    const isNew = await this.#context.store.write(async (tx) => {
      const breakpoint = await find(tx, id);
      if (breakpoint.status !== "open" && isSame(breakpoint.answer, answer)) return false;
      checkAnswer(breakpoint, answer);
      await close(tx, breakpoint, { status: "resolved", answer, by, at });
      const data = { id, answer: answer.answer, by };
      await appendEvent(tx, { at, type: "breakpoint-resolved", subject: subjectOf(breakpoint), data });
      await applyAnswer(tx, breakpoint, { answer, by, at });
      return true;
    });
    return { breakpoint: await this.get(id), isNew };
  }

  /**
   * Answers with no what nobody has answered in time.
   * @returns what has expired
   */
  async expireDue(): Promise<readonly BreakpointId[]> {
    const at = this.#context.now();
    const due = await this.#context.store.read((db) => dueAt(db, at).execute());
    const expired: BreakpointId[] = [];
    for (const row of due) {
      const { id } = breakpointFromRow(row);
      const isOurs = await this.#context.store.write((tx) => expire(tx, id, at));
      if (isOurs) expired.push(id);
    }
    return expired;
  }
}

/** Other words, or another amount, are another answer, and come too late. */
const isSame = (known: BreakpointAnswer | undefined, { answer, note, amountUsd }: BreakpointAnswer): boolean =>
  known?.answer === answer &&
  (note === undefined || note === known.note) &&
  (amountUsd === undefined || amountUsd === known.amountUsd);

const dueAt = (db: Pick<Tx, "selectFrom">, at: number) =>
  db.selectFrom("breakpoints").selectAll().where("status", "=", "open").where("timeout_at", "<=", at);

async function expire(tx: Tx, id: BreakpointId, at: number): Promise<boolean> {
  const breakpoint = await find(tx, id);
  if (breakpoint.status !== "open") return false;
  const answer = { answer: refusalOf({ kind: breakpoint.kind, isOfJob: breakpoint.taskId === undefined }) };
  const by = "its timeout";
  await close(tx, breakpoint, { status: "expired", answer, by, at });
  const data = { id, answer: answer.answer };
  await appendEvent(tx, { at, type: "breakpoint-expired", subject: subjectOf(breakpoint), data });
  await applyAnswer(tx, breakpoint, { answer, by, at });
  return true;
}

async function find(tx: Tx, id: BreakpointId): Promise<Breakpoint> {
  const row: BreakpointRow | undefined = await tx
    .selectFrom("breakpoints")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  if (row !== undefined) return breakpointFromRow(row);
  throw new TuttiError("BREAKPOINT_UNKNOWN", `There is no breakpoint ${id}`, { context: { breakpoint: id } });
}

type Closing = {
  readonly status: "resolved" | "expired";
  readonly answer: BreakpointAnswer;
  readonly by: string;
  readonly at: number;
};

/** First of all: whatever then happens to its task must not supersede it. */
async function close(tx: Tx, { id }: Breakpoint, { status, answer, by, at }: Closing): Promise<void> {
  await tx
    .updateTable("breakpoints")
    .set({ status, answer: JSON.stringify(answer), closed_by: by, closed_at: at })
    .where("id", "=", id)
    .execute();
}

const subjectOf = ({
  jobId,
  taskId,
  attemptId,
}: Breakpoint): { jobId: JobId; taskId?: TaskId; attemptId?: AttemptId } => ({
  jobId,
  ...(taskId === undefined ? {} : { taskId }),
  ...(attemptId === undefined ? {} : { attemptId }),
});
