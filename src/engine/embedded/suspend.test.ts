import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId, asWorkerId } from "../../domain/ids.ts";
import { openSqliteStore, type SqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { claim } from "./claims.ts";
import { cancelTree, endAsCancelled } from "./endings.ts";
import { holdLease } from "./lease.ts";
import { engineMigrations, type EngineTables } from "./migrations.ts";
import { findRun, insertRun } from "./runs.ts";
import { storeSignal } from "./signals.ts";
import { suspendRun } from "./suspend.ts";
import type { SqlSession } from "./sql-store.ts";
import { type Wait, WaitSet } from "./wait-set.ts";

const runId = asRunId("a");
const childId = asRunId("a/child");
const now = 1_000;
let folder: string;
let store: SqliteStore<EngineTables>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-suspend-"));
  store = await openSqliteStore<EngineTables>({ path: join(folder, "engine.db"), migrations: engineMigrations });
  await store.transact((session) => {
    const run = { workflow: "w", queue: "main", inputText: "null" };
    insertRun(session, { ...run, runId });
    insertRun(session, { ...run, runId: childId, parentId: runId, queue: "other" });
    claim(session, {
      ...{ workerId: asWorkerId("owner"), queues: ["main"], versions: new Map([["w", "1"]]) },
      ...{ except: new Set(), limit: 1, leaseUntil: now + 1 },
    });
  });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** Lets `happen` come between the last look at the waits and the suspension. */
async function suspendAfter(happen: (session: SqlSession) => void, wait: Wait) {
  const waits = new WaitSet(runId);
  void waits.add(wait);
  await store.transact(happen);
  return store.transact((session) => {
    const { cancelReason } = holdLease(session, { runId, token: 1 });
    const outcome = suspendRun(session, { lease: { runId, token: 1 }, waits, now, cancelReason });
    return { outcome, status: findRun(session, runId)?.status };
  });
}

const signal = (name: string) => (session: SqlSession) =>
  storeSignal(session, runId, { name, key: "1", payloadText: "1" });

describe("suspendRun", () => {
  it("suspends a run of which no wait is over", async () => {
    const { outcome, status } = await suspendAfter(signal("other"), { signalName: "answer", dueAt: now + 1 });
    expect(outcome).toEqual({ type: "suspended" });
    expect(status).toBe("waiting");
  });

  it("keeps a run whose signal has come", async () => {
    const { outcome, status } = await suspendAfter(signal("answer"), { signalName: "answer" });
    expect(outcome).toEqual({ type: "met" });
    expect(status).toBe("running");
  });

  it("keeps a run whose child has ended", async () => {
    const { outcome } = await suspendAfter((session) => endAsCancelled(session, childId, "x"), { childId });
    expect(outcome).toEqual({ type: "met" });
  });

  it("keeps a run whose time has come", async () => {
    const { outcome } = await suspendAfter(() => undefined, { dueAt: now });
    expect(outcome).toEqual({ type: "met" });
  });

  it("says that a run was cancelled", async () => {
    const { outcome } = await suspendAfter((session) => cancelTree(session, runId, "enough"), { signalName: "answer" });
    expect(outcome).toEqual({ type: "cancelled", reason: "enough" });
  });
});
