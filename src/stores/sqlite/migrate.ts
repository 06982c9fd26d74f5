import { sql } from "kysely";
import { TuttiError } from "../../domain/errors.ts";
import type { Migrations, Store } from "../port.ts";

/**
 * Brings the schema up to date in one transaction, so that of several processes that open a fresh file one does it and the
 * others find it done.
 * @throws {TuttiError} `STATE_NEWER` when the file has a migration that this program doesn't know
 */
export async function migrate<Tables>(store: Store<Tables>, migrations: Migrations, path: string): Promise<void> {
  const applied = await store.read(async (db) => {
    const table = await sql`SELECT 1 FROM sqlite_master WHERE name = 'tutti_migrations'`.execute(db);
    return table.rows.length === 0 ? undefined : sql<AppliedRow>`SELECT name FROM tutti_migrations`.execute(db);
  });
  if (applied !== undefined && pendingOf(migrations, applied.rows, path).length === 0) return;
  await store.write(async (tx) => {
    await sql`CREATE TABLE IF NOT EXISTS tutti_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)`.execute(
      tx,
    );
    const { rows } = await sql<AppliedRow>`SELECT name FROM tutti_migrations`.execute(tx);
    for (const [name, migration] of pendingOf(migrations, rows, path)) {
      await migration.up(tx);
      await sql`INSERT INTO tutti_migrations VALUES (${name}, datetime('now'))`.execute(tx);
    }
  });
}

type AppliedRow = { readonly name: string };

function pendingOf(migrations: Migrations, rows: readonly AppliedRow[], path: string) {
  const applied = new Set(rows.map((row) => row.name));
  const unknown = [...applied].filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) throw newerError(path, unknown);
  return Object.entries(migrations)
    .filter(([name]) => !applied.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function newerError(path: string, unknown: readonly string[]): TuttiError {
  return new TuttiError("STATE_NEWER", `The database ${path} was written by a newer version (${unknown.join(", ")})`, {
    hint: "Update this program, or name another database.",
    context: { path, unknownMigrations: unknown },
  });
}
