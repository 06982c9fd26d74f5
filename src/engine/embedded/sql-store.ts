import type { ChangeWatch } from "../../stores/port.ts";

/** What the engine needs of a store: hand-written SQL for SQLite, run synchronously. `SqliteStore` fits. */
export interface SqlStore {
  /** Runs `command` in a write transaction; when it throws, what it wrote is undone. */
  transact<T>(command: (session: SqlSession) => T): Promise<T>;
  /** Sees committed data only. It may run again when the file was locked. */
  inspect<T>(query: (session: SqlSession) => T): Promise<T>;
  watch(): ChangeWatch;
}

export interface SqlSession {
  all(sql: string, ...parameters: readonly SqlValue[]): readonly SqlRow[];
  get(sql: string, ...parameters: readonly SqlValue[]): SqlRow | undefined;
  /** @returns how many rows were inserted, updated or deleted */
  run(sql: string, ...parameters: readonly SqlValue[]): number;
}

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;
