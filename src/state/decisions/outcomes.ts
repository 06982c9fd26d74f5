import type { ScoredOutcome } from "../../domain/decide/calibration.ts";
import type { Confidence } from "../../domain/decide/confidence.ts";
import { combineTerms, type TrackRecord } from "../../domain/decide/score-confidence.ts";
import type { TaskId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { DecisionSubject } from "./decisions.ts";

/** Why accepted work counts as having held, or not. What a person says goes before what the merge queue says. */
export type OutcomeReason = "merged" | "bounced" | "rolled back" | "rated";

/** Of accepted work in this project: how sure one was, and whether it held. */
export class Outcomes {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Of this model, among all that is known. */
  async trackRecord(model: string): Promise<TrackRecord> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("outcomes")
        .select(({ fn }) => [fn.count<number>("held").as("total"), fn.sum<number | null>("held").as("held")])
        .where("model", "=", model)
        .where("held", "is not", null)
        .executeTakeFirstOrThrow(),
    );
    return { held: row.held ?? 0, total: row.total };
  }

  /** The newest, at most `limit`: what a project was like long ago says little of it now. */
  async scored(limit = 1_000): Promise<readonly ScoredOutcome[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("outcomes")
        .select(["score", "held"])
        .where("held", "is not", null)
        .where("score", "is not", null)
        .orderBy("accepted_at", "desc")
        .limit(limit)
        .execute(),
    );
    return rows.map(({ score, held }) => ({ score: score ?? 0, held: held === 1 }));
  }
}

/** The task's last attempt that was accepted. */
export async function lastAccepted(tx: Tx, taskId: TaskId): Promise<string | undefined> {
  const row = await tx
    .selectFrom("outcomes")
    .select("attempt_id")
    .where("task_id", "=", taskId)
    .orderBy("accepted_at", "desc")
    .executeTakeFirst();
  return row?.attempt_id;
}

/** Part of the transaction that accepts: nothing is known of it yet. A replayed result says nothing about a model. */
export async function expectOutcome(
  tx: Tx,
  { jobId, taskId, attemptId }: DecisionSubject,
  { confidence, at }: { readonly confidence: Confidence | undefined; readonly at: number },
): Promise<void> {
  const attempt = await tx
    .selectFrom("attempts")
    .select(["model", "outcome"])
    .where("id", "=", attemptId)
    .executeTakeFirstOrThrow();
  if (attempt.outcome?.includes('"replayOf":{') === true) return;
  const values = {
    job_id: jobId,
    task_id: taskId,
    model: attempt.model,
    score: confidence === undefined ? null : combineTerms(confidence.terms),
    held: null,
    why: null,
    accepted_at: at,
    known_at: null,
  };
  await tx
    .insertInto("outcomes")
    .values({ attempt_id: attemptId, ...values })
    .onConflict((conflict) => conflict.column("attempt_id").doUpdateSet(values))
    .execute();
}

/** Part of the transaction that makes it known. */
export async function noteOutcome(
  tx: Tx,
  attemptId: string,
  known: { readonly held: boolean; readonly why: OutcomeReason; readonly at: number },
): Promise<void> {
  const update = tx
    .updateTable("outcomes")
    .set({ held: known.held ? 1 : 0, why: known.why, known_at: known.at })
    .where("attempt_id", "=", attemptId);
  const isPersons = known.why === "rated" || known.why === "rolled back";
  await (isPersons ? update : update.where((eb) => eb.or([eb("why", "is", null), eb("why", "!=", "rated")]))).execute();
}
