import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";

import { engineMigrations } from "../../engine/embedded/migrations.ts";
import type { SqlSession, SqlStore } from "../../engine/embedded/sql-store.ts";
import type { ChangeWatch, WaitOptions } from "../../stores/port.ts";
import { nodeSqliteDialect } from "../../stores/sqlite/sqlite-dialect.ts";
import { PreparedSession } from "../../stores/sqlite/sqlite-session.ts";

/** The engine's tables in memory: for one process, gone when it is closed, and nothing is ever written to a disk. */
export class MemoryStore implements SqlStore {
  readonly #database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
  readonly #session = new PreparedSession(this.#database);
  readonly #waiting = new Set<() => void>();
  #commits = 0;

  private constructor(schema: string) {
    this.#database.exec(schema);
  }

  static async open(): Promise<MemoryStore> {
    knownSchema ??= schemaOf();
    return new MemoryStore(await knownSchema);
  }

  async transact<T>(command: (session: SqlSession) => T): Promise<T> {
    this.#database.exec("BEGIN");
    try {
      const value = command(this.#session);
      this.#database.exec("COMMIT");
      this.poke();
      return value;
    } catch (thrown) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw thrown;
    }
  }

  async inspect<T>(query: (session: SqlSession) => T): Promise<T> {
    return query(this.#session);
  }

  watch(): ChangeWatch {
    let reported = this.#commits;
    return {
      wait: async (options) => {
        if (this.#commits === reported) await this.#nextCommit(options);
        const hasChanged = this.#commits !== reported;
        reported = this.#commits;
        return hasChanged;
      },
    };
  }

  /** Makes everybody look who waits for a change. */
  poke(): void {
    this.#commits += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  close(): void {
    this.#database.close();
  }

  async #nextCommit({ timeoutMs, signal }: WaitOptions): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timeout = setTimeout(wake, timeoutMs);
    signal?.addEventListener("abort", wake);
    this.#waiting.add(wake);
    await promise;
    this.#waiting.delete(wake);
    signal?.removeEventListener("abort", wake);
    clearTimeout(timeout);
  }
}

let knownSchema: Promise<string> | undefined;

/** Migrating takes longer than a whole run, so its outcome is kept. */
async function schemaOf(): Promise<string> {
  const database = new DatabaseSync(":memory:");
  const session = new PreparedSession(database);
  const noTransaction = { begin: async () => undefined, commit: () => undefined, rollback: () => undefined };
  const dialect = nodeSqliteDialect({ session, execute: async (statement) => statement(), ...noTransaction });
  const db = new Kysely<unknown>({ dialect });
  for (const name of Object.keys(engineMigrations).toSorted()) await engineMigrations[name]?.up(db);
  const rows = session.all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid");
  database.close();
  return rows.map((row) => `${String(row["sql"])};`).join("\n");
}
