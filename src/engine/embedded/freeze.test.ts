import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId, asWorkerId, type RunId } from "../../domain/ids.ts";
import { openSqliteStore, type SqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { Gate, until, untilAborted, workflowOf } from "../../testing/engine/test-bed.ts";
import type { Engine } from "../port.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

const leaseMs = 30_000;
let folder: string;
let now: number;
let store: SqliteStore<EngineTables>;
let engine: Engine;
let looks: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-freeze-"));
  store = await openSqliteStore<EngineTables>({ path: join(folder, "engine.db"), migrations: engineMigrations });
  now = 1_000_000;
  looks = 0;
  engine = embeddedEngine({ store, clock: () => now, logger: { warn: () => undefined } });
});

afterEach(async () => {
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Moves the clock, and waits until the second worker has looked around at the new time. */
async function advance(durationMs: number): Promise<void> {
  now += durationMs;
  const before = looks;
  await engine.start({ runId: asRunId(`probe-${before}`), workflow: "held", input: null, queue: "probe" });
  await until(() => looks > before);
}

/** A run that its worker holds, while a second worker looks around. */
async function heldRun(): Promise<RunId> {
  const begun = new Gate();
  engine.register(
    workflowOf("held", async (flow) =>
      flow.step("hold", ({ signal }) => {
        begun.open();
        return flow.token > 1 ? Promise.resolve("taken over") : untilAborted(signal);
      }),
    ),
  );
  const runId = asRunId("a");
  engine.work({ workerId: asWorkerId("owner"), queues: ["main"], concurrency: 1, leaseMs });
  await engine.start({ runId, workflow: "held", input: null, queue: "main" });
  await begun.opened;
  const mayClaim = () => (looks++, false);
  engine.work({ workerId: asWorkerId("other"), queues: ["probe"], concurrency: 1, leaseMs, mayClaim });
  return runId;
}

describe("a computer that was asleep", () => {
  it("gives the worker of a running run the length of a lease to come back, and only then takes the run away", async () => {
    const runId = await heldRun();

    await advance(3_600_000);
    await advance(10_000);
    expect((await engine.find(runId))?.status).toBe("running");
    await advance(10_000);
    expect((await engine.find(runId))?.status).toBe("running");
    await advance(11_000);
    await until(async () => (await engine.find(runId))?.status === "queued");
  });

  it("takes a dead worker's run away also after the clock was set forward and back again", async () => {
    const runId = await heldRun();

    await advance(3_600_000);
    await advance(-3_600_000);
    for (let waitedMs = 0; waitedMs < leaseMs; waitedMs += 10_000) await advance(10_000);
    await advance(10_000);
    await until(async () => (await engine.find(runId))?.status === "queued");
    expect(await engine.find(runId)).toMatchObject({ claims: 1 });
  });
});
