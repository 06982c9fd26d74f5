import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";
import { expect, it } from "vitest";

import { asCommitId, asJobId } from "../../domain/ids.ts";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { stateMigrations } from "../migrations.ts";
import type { StateTables } from "../schema.ts";
import { settings } from "../state-manager.fixture.ts";
import { StateManager } from "../state-manager.ts";

const names = Object.keys(stateMigrations);

it.each(names.slice(0, names.indexOf("state-140-workflows") + 1))(
  "a database that ends with %s keeps its jobs, and takes workflows beside them",
  async (last) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "tutti-state-"));
    const path = join(folder.path, "state.db");
    const known = Object.entries(stateMigrations).slice(0, names.indexOf(last) + 1);
    const old = await openSqliteStore<StateTables>({ path, migrations: Object.fromEntries(known) });
    await old.write((tx) =>
      sql`insert into jobs (id, project_path, goal, status, base_commit, branch, options, created_at) values
        ('old', '/p', 'g', 'running', 'b', 'old', ${JSON.stringify(settings)}, 1)`.execute(tx),
    );
    await old.close();

    const store = await openSqliteStore<StateTables>({ path, migrations: stateMigrations });
    const { jobs, workflowRuns } = new StateManager({ store, now: () => 5 });
    expect(await jobs.get(asJobId("old"))).toMatchObject({
      strategy: "manager",
      status: "running",
      isPauseRequested: false,
    });
    expect(await workflowRuns.current(asJobId("old"))).toBeUndefined();
    const job = {
      id: asJobId("new"),
      projectPath: "/p",
      goal: "g",
      baseCommit: asCommitId("b"),
      branch: "new",
      options: settings,
    };
    const workflow = { ref: "review", name: "review", version: "v1", input: null };
    await jobs.create({ ...job, strategy: "workflow", workflow });
    expect(await workflowRuns.current(job.id)).toMatchObject({ number: 1, status: "running" });
    expect((await jobs.list("/p")).map(({ id }) => id)).toEqual(["new", "old"]);
    await store.close();
  },
);
