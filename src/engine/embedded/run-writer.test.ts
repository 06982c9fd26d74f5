import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { TuttiError } from "../../domain/errors.ts";
import { asRunId, asWorkerId } from "../../domain/ids.ts";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { until, workflowOf } from "../../testing/engine/test-bed.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

it("doesn't lose the result of a finished step when the database stays locked for longer than a write waits", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-writer-"));
  const path = join(folder, "engine.db");
  const store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations, busyLimitMs: 10 });
  const warnings: string[] = [];
  const engine = embeddedEngine({ store, logger: { warn: (_facts, message) => warnings.push(message) } });
  const blocker = new DatabaseSync(path, { timeout: 5_000 });
  let effects = 0;
  engine.register(
    workflowOf("work", async (flow) =>
      flow.step("costly", async () => {
        blocker.exec("BEGIN IMMEDIATE");
        return ++effects;
      }),
    ),
  );
  engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1 });
  const runId = asRunId("a");
  await engine.start({ runId, workflow: "work", input: null, queue: "main" });
  await until(() => warnings.filter((message) => message.startsWith("a write for a run waits")).length >= 2);
  blocker.exec("ROLLBACK");
  blocker.close();
  expect(await engine.result(runId)).toBe(1);
  expect(effects).toBe(1);
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});

it("does a step again that could not write its state, instead of recording that as its failure", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-writer-"));
  const path = join(folder, "engine.db");
  const store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations });
  const engine = embeddedEngine({ store, logger: { warn: () => undefined } });
  const troubles = [
    new TuttiError("STATE_BUSY", "locked", { failureClass: "transient" }),
    new TuttiError("STATE_UNAVAILABLE", "no room"),
  ];
  engine.register(
    workflowOf("work", async (flow) =>
      flow.step("writes", async () => {
        const trouble = troubles.shift();
        if (trouble !== undefined) throw trouble;
        return "written";
      }),
    ),
  );
  engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1 });
  const runId = asRunId("a");
  await engine.start({ runId, workflow: "work", input: null, queue: "main" });

  expect(await engine.result(runId)).toBe("written");
  expect(await engine.find(runId)).toMatchObject({ claims: 3 });
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});
