import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";
import { expect, it } from "vitest";

import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { stateMigrations } from "../migrations.ts";
import type { StateTables } from "../schema.ts";
import { StateManager } from "../state-manager.ts";

const since = Object.keys(stateMigrations).indexOf("state-100-breakpoints");
const before = Object.fromEntries(Object.entries(stateMigrations).slice(0, since));

it("what waited for a person before there were breakpoints is asked about, and can be answered", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "tutti-state-"));
  const path = join(folder.path, "state.db");
  const old = await openSqliteStore<StateTables>({ path, migrations: before });
  await old.write(async (tx) => {
    await sql`insert into jobs (id, project_path, goal, status, base_commit, branch, options, created_at) values
      ('run', '/p', 'g', 'waiting', 'b', 'run', '{}', 1), ('planned', '/p', 'Do it', 'proposed', 'b', 'planned', '{}', 1)`.execute(
      tx,
    );
    await sql`insert into tasks (id, job_id, key, position, status, reason, waits_for, spec, priority) values
      ('run/a', 'run', 'a', 0, 'waiting', 'CLAUDE.md is protected', 'person', '{}', 5),
      ('run/b', 'run', 'b', 1, 'waiting', 'a quota has ended', 'quota', '{}', 5)`.execute(tx);
  });
  await old.close();

  const store = await openSqliteStore<StateTables>({ path, migrations: stateMigrations });
  const { breakpoints, tasks } = new StateManager({ store, now: () => 5 });
  const asked = await breakpoints.list({ status: "open" });
  const [first] = asked.filter(({ kind }) => kind === "failure");
  const [plan] = asked.filter(({ kind }) => kind === "plan");
  expect(asked).toHaveLength(2);
  expect(first).toMatchObject({ question: "CLAUDE.md is protected", options: ["reject", "retry"] });
  expect(plan).toMatchObject({ question: 'Carry out the plan for "Do it"?', options: ["approve", "reject"] });
  if (first?.taskId === undefined) throw new Error("not about a task");
  await breakpoints.resolve(first.id, { answer: "retry", by: "me" });
  expect((await tasks.get(first.taskId)).status).toBe("pending");
  await store.close();
});
