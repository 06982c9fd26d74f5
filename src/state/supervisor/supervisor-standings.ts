import type { EventData } from "../../domain/events.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import {
  afterFailure,
  goodStanding,
  standingPolicy,
  type SupervisorStanding,
} from "../../domain/supervisor/standing.ts";
import type { FailedQuestion } from "../../domain/supervisor/standing.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { SupervisorStandingRow } from "./supervisor-tables.ts";

export type StandingPlace = { readonly supervisor: string; readonly jobId: JobId; readonly taskId?: TaskId };

type Failure = FailedQuestion & Pick<EventData["supervisor-unavailable"], "purpose">;

/** Whether supervisor models answer: one standing for each job, shared by all its processes. */
export class SupervisorStandings {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  find({ supervisor, jobId }: StandingPlace): Promise<SupervisorStanding> {
    return this.#context.store.read((db) => readStanding(db, supervisor, jobId));
  }

  /** Says so in the log when the model has become unavailable by it. */
  async failed(place: StandingPlace, { purpose, ...failure }: Failure): Promise<void> {
    await this.#change(place, async (tx, before, now) => {
      const next = afterFailure(before, failure, { now, policy: standingPolicy });
      if (before.isAvailable && !next.isAvailable) {
        const data = { supervisor: place.supervisor, purpose, reason: failure.reason };
        await appendEvent(tx, { at: now, type: "supervisor-unavailable", subject: { jobId: place.jobId }, data });
      }
      return next;
    });
  }

  /** Says so in the log when the model had been unavailable. */
  async answered(place: StandingPlace): Promise<void> {
    const { failures, isAvailable } = await this.find(place);
    if (failures === 0 && isAvailable) return;
    await this.#change(place, async (tx, before, now) => {
      const data = { supervisor: place.supervisor };
      if (!before.isAvailable) {
        await appendEvent(tx, { at: now, type: "supervisor-available", subject: { jobId: place.jobId }, data });
      }
      return goodStanding;
    });
  }

  async #change(
    { supervisor, jobId }: StandingPlace,
    next: (tx: Tx, before: SupervisorStanding, now: number) => Promise<SupervisorStanding>,
  ): Promise<void> {
    const now = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const columns = columnsOf(await next(tx, await readStanding(tx, supervisor, jobId), now));
      await tx
        .insertInto("supervisor_standings")
        .values({ supervisor, job_id: jobId, ...columns })
        .onConflict((conflict) => conflict.columns(["supervisor", "job_id"]).doUpdateSet(columns))
        .execute();
    });
  }
}

async function readStanding(db: Pick<Tx, "selectFrom">, supervisor: string, jobId: JobId): Promise<SupervisorStanding> {
  const row = await db
    .selectFrom("supervisor_standings")
    .selectAll()
    .where("supervisor", "=", supervisor)
    .where("job_id", "=", jobId)
    .executeTakeFirst();
  if (row === undefined) return goodStanding;
  const { failures, is_available, rests_until: restsUntil, reason } = row;
  return { failures, isAvailable: is_available === 1, restsUntil, reason };
}

const columnsOf = (standing: SupervisorStanding): Omit<SupervisorStandingRow, "supervisor" | "job_id"> => ({
  failures: standing.failures,
  is_available: standing.isAvailable ? 1 : 0,
  rests_until: standing.restsUntil,
  reason: standing.reason,
});
