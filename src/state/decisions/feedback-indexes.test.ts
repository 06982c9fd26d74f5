import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";
import { expect, it } from "vitest";

import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { stateMigrations } from "../migrations.ts";
import type { StateTables } from "../schema.ts";

it("what an attempt was told, and how it was rated, are found without reading all others", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "tutti-state-"));
  const path = join(folder.path, "state.db");
  const store = await openSqliteStore<StateTables>({ path, migrations: stateMigrations });
  for (const [table, column] of [
    ["prompts", "at"],
    ["ratings", "seq"],
  ] as const) {
    const query = sql<{ detail: string }>`explain query plan
      select * from ${sql.table(table)} where attempt_id = 'a' order by ${sql.ref(column)} limit 1`;
    const plan = await store.read((db) => query.execute(db));
    expect(plan.rows.map(({ detail }) => detail)).toEqual([
      `SEARCH ${table} USING INDEX ${table}_by_attempt (attempt_id=?)`,
    ]);
  }
  await store.close();
});
