import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { TuttiError } from "../../domain/errors.ts";

export type SqliteValue = SQLInputValue;
export type SqliteRow = Readonly<Record<string, SQLOutputValue>>;

/** Statements on one connection, prepared once each. Everything here is synchronous. */
export interface SqliteSession {
  all(sql: string, ...parameters: readonly SqliteValue[]): readonly SqliteRow[];
  get(sql: string, ...parameters: readonly SqliteValue[]): SqliteRow | undefined;
  /** @returns how many rows were inserted, updated or deleted */
  run(sql: string, ...parameters: readonly SqliteValue[]): number;
}

export type PreparedStatement = { readonly statement: StatementSync; readonly isReader: boolean };

/** Query builders make a new text for each length of a list: without a limit the cache would grow for ever. */
const maxStatements = 500;

export class PreparedSession implements SqliteSession {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, PreparedStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(sql: string, ...parameters: readonly SqliteValue[]): readonly SqliteRow[] {
    return this.prepare(sql).statement.all(...parameters);
  }

  get(sql: string, ...parameters: readonly SqliteValue[]): SqliteRow | undefined {
    return this.prepare(sql).statement.get(...parameters);
  }

  run(sql: string, ...parameters: readonly SqliteValue[]): number {
    return Number(this.prepare(sql).statement.run(...parameters).changes);
  }

  prepare(sql: string): PreparedStatement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const fresh = { statement, isReader: statement.columns().length > 0 };
    this.#prepared.set(sql, fresh);
    this.#dropOldest();
    return fresh;
  }

  #dropOldest(): void {
    if (this.#prepared.size <= maxStatements) return;
    const oldest = this.#prepared.keys().next();
    if (!oldest.done) this.#prepared.delete(oldest.value);
  }
}

/** SQLite has no booleans, and node binds none. */
export function toSqliteValue(value: unknown): SqliteValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Uint8Array) return value;
  throw new TuttiError("INPUT_INVALID", `A ${typeof value} can't be stored in a column`, { failureClass: "bug" });
}
