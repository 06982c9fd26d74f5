/** Measures the embedded engine on a fresh file in the temporary folder and prints JSON. Run it with `node bench/engine/embedded.ts`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asRunId, asWorkerId } from "../../src/domain/ids.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "../../src/engine/embedded/index.ts";
import type { Workflow } from "../../src/engine/port.ts";
import { openSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts";

const runs = Number(process.argv[2] ?? 5_000);
const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
const path = join(folder, "engine.db");
const open = () => openSqliteStore<EngineTables>({ path, migrations: engineMigrations });
const starterStore = await open();
const workerStore = await open();
const starter = embeddedEngine({ store: starterStore });
const worker = embeddedEngine({ store: workerStore });

const startedAt = new Map<string, number>();
const stepMs: number[] = [];
const noop: Workflow<string, string> = {
  name: "noop",
  version: "1",
  run: async (flow, input) => {
    startedAt.set(flow.runId, performance.now());
    const before = performance.now();
    await flow.step("only", async () => input);
    stepMs.push(performance.now() - before);
    return input;
  },
};
for (const engine of [starter, worker]) engine.register(noop);

const request = (id: string) => ({ runId: asRunId(id), workflow: "noop", input: "x".repeat(100), queue: "bench" });

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return Math.round((count / (performance.now() - before)) * 1_000);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(3));
}

async function enqueueOneByOne(): Promise<void> {
  for (let index = 0; index < runs; index++) await starter.start(request(`one/${index}`));
}

async function enqueueInFlight(): Promise<void> {
  await Promise.all(Array.from({ length: runs }, (_, index) => starter.start(request(`flight/${index}`))));
}

async function enqueueBatch(): Promise<void> {
  await starter.startAll(Array.from({ length: runs }, (_, index) => request(`batch/${index}`)));
}

async function drain(concurrency: number, prefix: string): Promise<void> {
  const working = worker.work({ workerId: asWorkerId(`w-${prefix}`), queues: ["bench"], concurrency });
  await Promise.all(Array.from({ length: runs }, (_, index) => worker.result(asRunId(`${prefix}/${index}`))));
  await working.stop({ drain: true });
}

/** Enqueue through one store object to the first line of the body through another, which is idle. */
async function pickUps(count: number): Promise<readonly number[]> {
  const working = worker.work({ workerId: asWorkerId("w-pick"), queues: ["bench"], concurrency: 10 });
  const delays: number[] = [];
  for (let index = 0; index < count; index++) {
    const id = `pick/${index}`;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    const before = performance.now();
    await starter.start(request(id));
    await starter.result(asRunId(id));
    delays.push((startedAt.get(id) ?? Number.NaN) - before);
  }
  await working.stop({ drain: true });
  return delays;
}

const enqueueOneByOnePerSecond = await perSecond(runs, enqueueOneByOne);
const drain10PerSecond = await perSecond(runs, () => drain(10, "one"));
const enqueueInFlightPerSecond = await perSecond(runs, enqueueInFlight);
const drain50PerSecond = await perSecond(runs, () => drain(50, "flight"));
const enqueueBatchPerSecond = await perSecond(runs, enqueueBatch);
const drain1PerSecond = await perSecond(runs, () => drain(1, "batch"));
const stepUnderLoadMs = { p50: quantile(stepMs, 0.5), p95: quantile(stepMs, 0.95) };
stepMs.length = 0;
const delays = await pickUps(200);
const idleBefore = process.cpuUsage();
const idle = worker.work({ workerId: asWorkerId("w-idle"), queues: ["bench"], concurrency: 1 });
await new Promise((resolve) => setTimeout(resolve, 2_000));
const idleUsage = process.cpuUsage(idleBefore);
await idle.stop({ drain: true });

console.log(
  JSON.stringify(
    {
      runs,
      enqueuePerSecond: {
        oneByOne: enqueueOneByOnePerSecond,
        inFlight: enqueueInFlightPerSecond,
        batch: enqueueBatchPerSecond,
      },
      drainPerSecond: {
        concurrency1: drain1PerSecond,
        concurrency10: drain10PerSecond,
        concurrency50: drain50PerSecond,
      },
      stepUnderLoadMs,
      stepIdleMs: { p50: quantile(stepMs, 0.5), p95: quantile(stepMs, 0.95) },
      pickUpMs: { p50: quantile(delays, 0.5), p95: quantile(delays, 0.95) },
      idleWorkerCpuShare: Number(((idleUsage.user + idleUsage.system) / 2_000_000).toFixed(4)),
    },
    undefined,
    2,
  ),
);
await worker.close();
await starter.close();
await starterStore.close();
await workerStore.close();
await rm(folder, { recursive: true });
