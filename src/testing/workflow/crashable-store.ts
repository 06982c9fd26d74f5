import type { SqlSession, SqlStore } from "../../engine/embedded/sql-store.ts";

/** Where a run is to stop for good: at its `n`-th record, counted from 1, when that isn't made yet or just has been. */
export type Boundary = { readonly n: number; readonly side: "before" | "after" };

type Watched = {
  readonly runId: string;
  readonly boundary: Boundary;
  records: number;
  isParked: boolean;
  readonly parked: () => void;
};

/** Virtual time goes on beyond its end, and nobody here may take the run. */
const withoutLease = "UPDATE engine_runs SET due_at = NULL WHERE run_id = ?";

/** How a store answers for a run that is parked. Default: never, as from a process that is dead. */
export type AnswerWhenParked = () => Promise<never>;

const never: AnswerWhenParked = () => new Promise(() => undefined);

/**
 * A store that stops serving a run at a boundary between two records of its journal. What the run has begun by then goes on, but
 * it records nothing any more: as when its process was killed at this moment.
 */
export class CrashableStore implements SqlStore {
  readonly #inner: SqlStore;
  readonly #answer: AnswerWhenParked;
  readonly #watched = new Map<string, Watched>();

  constructor(inner: SqlStore, answer: AnswerWhenParked = never) {
    this.#inner = inner;
    this.#answer = answer;
  }

  /** Resolves when the run has come to the boundary. */
  park(runId: string, boundary: Boundary): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watched.set(runId, { runId, boundary, records: 0, isParked: false, parked: resolve });
    return promise;
  }

  /** How often a run that is watched has written to its journal. */
  records(runId: string): number {
    return this.#watched.get(runId)?.records ?? 0;
  }

  isParked(runId: string): boolean {
    return this.#watched.get(runId)?.isParked ?? false;
  }

  async transact<T>(command: (session: SqlSession) => T): Promise<T> {
    const parked: Watched[] = [];
    const guarded = (session: SqlSession): T => {
      const recorded = new Set<Watched>();
      const value = command(this.#watch(session, recorded));
      for (const run of recorded) countRecord(run, parked);
      return value;
    };
    const value = await this.#settle(() => this.#inner.transact(guarded));
    for (const { runId, parked: told } of parked) {
      await this.#inner.transact((session) => session.run(withoutLease, runId));
      told();
    }
    return parked.length > 0 || value === parkedBefore ? this.#answer() : value;
  }

  inspect<T>(query: (session: SqlSession) => T): Promise<T> {
    return this.#inner.inspect(query);
  }

  watch() {
    return this.#inner.watch();
  }

  async #settle<T>(work: () => Promise<T>): Promise<T | typeof parkedBefore> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Parked) return parkedBefore;
      throw thrown;
    }
  }

  #watch(session: SqlSession, recorded: Set<Watched>): SqlSession {
    return {
      all: (sql, ...parameters) => session.all(sql, ...parameters),
      get: (sql, ...parameters) => session.get(sql, ...parameters),
      run: (sql, ...parameters) => {
        const runs = this.#runsAmong(parameters);
        if (runs.some(({ isParked }) => isParked)) throw new Parked();
        const changes = session.run(sql, ...parameters);
        if (changes > 0 && sql.includes("engine_steps")) for (const run of runs) recorded.add(run);
        return changes;
      },
    };
  }

  #runsAmong(parameters: readonly unknown[]): readonly Watched[] {
    return parameters.flatMap((value) => (typeof value === "string" ? (this.#watched.get(value) ?? []) : []));
  }
}

class Parked extends Error {}

const parkedBefore = Symbol("parked");

function countRecord(run: Watched, parked: Watched[]): void {
  const { n, side } = run.boundary;
  run.records += 1;
  if (run.records < n) return;
  run.isParked = true;
  parked.push(run);
  if (side === "before") throw new Parked();
}
