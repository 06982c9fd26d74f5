import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId, asWorkerId } from "../../domain/ids.ts";
import { openSqliteStore, type SqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { Gate, until, untilAborted, workflowOf } from "../../testing/engine/test-bed.ts";
import type { Engine } from "../port.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

let folder: string;
let path: string;
let store: SqliteStore<EngineTables>;
let engine: Engine;
let now: number;
const warnings: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-lease-"));
  path = join(folder, "engine.db");
  store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations, busyLimitMs: 60_000 });
  warnings.length = 0;
  now = 1_000_000;
  engine = embeddedEngine({ store, clock: () => now, logger: { warn: (_facts, message) => warnings.push(message) } });
});

afterEach(async () => {
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const leaseMs = 300;
const request = { runId: asRunId("a"), workflow: "work", input: null, queue: "main" };

describe("a worker", () => {
  it("renews the lease of a run as long as it holds it", async () => {
    const gate = new Gate();
    engine.register(workflowOf("work", async (flow) => flow.step("long", async () => (await gate.opened, "done"))));
    engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1, leaseMs });
    await engine.start(request);
    await until(async () => (await engine.find(request.runId))?.status === "running");
    for (let beat = 0; beat < 5; beat++) {
      now += leaseMs / 3;
      await until(async () => (await leaseEnd()) === now + leaseMs);
    }
    gate.open();
    expect(await engine.result(request.runId)).toBe("done");
    expect(await engine.find(request.runId)).toMatchObject({ claims: 1 });
  });

  it("aborts its runs before their leases can expire when it can't renew them", async () => {
    const begun = new Gate();
    const reasons: unknown[] = [];
    engine.register(
      workflowOf("work", async (flow) =>
        flow.step("long", async ({ signal }) => {
          if (flow.token > 1) return "again";
          signal.addEventListener("abort", () => reasons.push(signal.reason));
          begun.open();
          return untilAborted(signal);
        }),
      ),
    );
    engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1, leaseMs });
    await engine.start(request);
    await begun.opened;
    const blocker = new DatabaseSync(path, { timeout: 5_000 });
    blocker.exec("BEGIN IMMEDIATE");
    now = (await leaseEnd()) - leaseMs / 3;
    await until(() => reasons.length > 0);
    blocker.exec("ROLLBACK");
    blocker.close();
    expect(reasons).toMatchObject([{ code: "LEASE_LOST" }]);
    expect(await engine.result(request.runId)).toBe("again");
  });

  it("aborts a run that was taken away with the next beat, long before the lease would have ended", async () => {
    const reasons: unknown[] = [];
    const begun = new Gate();
    engine.register(
      workflowOf("work", async (flow) =>
        flow.step("long", async ({ signal }) => {
          signal.addEventListener("abort", () => reasons.push(signal.reason));
          begun.open();
          return untilAborted(signal);
        }),
      ),
    );
    engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1, leaseMs });
    await engine.start(request);
    await begun.opened;
    await engine.releaseWorker(asWorkerId("owner"));
    await until(() => reasons.length > 0);
    expect(reasons).toMatchObject([{ code: "LEASE_LOST" }]);
  });
});

async function leaseEnd(): Promise<number> {
  return Number((await store.inspect((session) => session.get("SELECT due_at FROM engine_runs")))?.["due_at"]);
}
