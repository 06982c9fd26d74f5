import type { RunId } from "../../domain/ids.ts";
import { textOf } from "./columns.ts";
import { runCondition, signalCondition } from "./endings.ts";
import type { SqlSession } from "./sql-store.ts";

/** Something that a run waits for while it does nothing: whichever of these comes first. */
export type Wait = {
  /** A time, in milliseconds since the epoch. */
  readonly dueAt?: number | undefined;
  /** A signal of this name that no `receive` has taken. */
  readonly signalName?: string;
  /** The end of this run. */
  readonly childId?: RunId;
};

/** The waits of one run, several when branches wait side by side. */
export class WaitSet {
  readonly #runId: RunId;
  readonly #open = new Map<Wait, PromiseWithResolvers<void>>();

  constructor(runId: RunId) {
    this.#runId = runId;
  }

  get size(): number {
    return this.#open.size;
  }

  add(wait: Wait): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#open.set(wait, settle);
    return settle.promise;
  }

  /** The waits that are over. Two queries, however many they are. */
  met(session: SqlSession, now: number): readonly Wait[] {
    const signals = this.#untakenSignals(session);
    const children = this.#endedChildren(session);
    return this.#waits().filter(
      ({ dueAt = Infinity, signalName, childId }) =>
        dueAt <= now ||
        (signalName !== undefined && signals.has(signalName)) ||
        (childId !== undefined && children.has(childId)),
    );
  }

  resolve(waits: readonly Wait[]): void {
    for (const wait of waits) {
      this.#open.get(wait)?.resolve();
      this.#open.delete(wait);
    }
  }

  reject(wait: Wait, reason: unknown): void {
    this.#open.get(wait)?.reject(reason);
    this.#open.delete(wait);
  }

  rejectAll(reason: unknown): void {
    for (const settle of this.#open.values()) settle.reject(reason);
    this.#open.clear();
  }

  /** What others announce when it happens. */
  conditions(): readonly string[] {
    return this.#waits().flatMap(({ signalName, childId }) => [
      ...(signalName === undefined ? [] : [signalCondition(signalName)]),
      ...(childId === undefined ? [] : [runCondition(childId)]),
    ]);
  }

  /** The earliest time that ends a wait. */
  dueAt(): number | undefined {
    const earliest = this.#waits().reduce((least, { dueAt = Infinity }) => Math.min(least, dueAt), Infinity);
    return earliest === Infinity ? undefined : earliest;
  }

  #waits(): readonly Wait[] {
    return [...this.#open.keys()];
  }

  #untakenSignals(session: SqlSession): ReadonlySet<string> {
    if (!this.#waits().some(({ signalName }) => signalName !== undefined)) return new Set();
    const sql = "SELECT DISTINCT name FROM engine_signals WHERE run_id = ? AND is_taken = 0";
    return new Set(session.all(sql, this.#runId).map((row) => textOf(row, "name")));
  }

  #endedChildren(session: SqlSession): ReadonlySet<string> {
    const childIds = this.#waits().flatMap(({ childId }) => childId ?? []);
    if (childIds.length === 0) return new Set();
    const sql = `SELECT r.run_id FROM json_each(?) ids JOIN engine_runs r ON r.run_id = ids.value
      WHERE r.status IN ('completed', 'failed', 'cancelled')`;
    return new Set(session.all(sql, JSON.stringify(childIds)).map((row) => textOf(row, "run_id")));
  }
}
