import { setTimeout as delay } from "node:timers/promises";
import type { Sample } from "../harness/contender.ts";
import { quantile } from "../harness/statistics.ts";
import { sharedNowMs } from "./clock.ts";
import { consumerElsewhere, consumerHere, type RunningConsumer } from "./consumer.ts";
import { drainTogether } from "./crowd.ts";
import type { BenchJob, Place, Producer } from "./driver.ts";
import { systemCalled, type System } from "./systems.ts";

export type Sizes = {
  readonly oneByOne: number;
  /** Share of a system's own number. */
  readonly drainedShare: number;
  readonly pickUps: number;
  readonly steppedRuns: number;
};

const concurrency = 10;
/** A crowd is up to several times as fast as one process, and its processes don't begin in the same moment. */
const crowd = { processes: 4, jobsFactor: 4 };
const batch = 500;
const stepsOfRun = 10;

const jobCalled = (id: string, steps = 0): BenchJob => ({ id, payload: "x".repeat(100), steps });

/** One library, one fresh store: put in, drain by one process and by four, then pick-up and steps of an idle consumer. */
export async function measureSystem(key: string, place: Place, sizes: Sizes): Promise<Sample> {
  const system: System = systemCalled(key);
  const driver = await system.load();
  const producer = await driver.openProducer(place);
  const start = system.isSingleProcess === true ? consumerHere : consumerElsewhere;
  try {
    const drained = Math.round(system.drained * sizes.drainedShare);
    const enqueued = await enqueue(producer, { oneByOne: sizes.oneByOne, drained });
    const expected = sizes.oneByOne + drained;
    const drain = await drainAll(await start({ system: key, place, concurrency, expected, idleMs: 0 }), expected);
    const many = system.isSingleProcess === true ? {} : await drainByCrowd({ system: key, place, producer }, drained);
    const idle = await start({ system: key, place, concurrency, idleMs: 1_000 });
    return {
      ...enqueued,
      ...drain,
      ...many,
      ...(await watchIdle(idle, producer, { ...sizes, steppedRuns: system.hasSteps ? sizes.steppedRuns : 0 })),
    };
  } finally {
    await producer.close();
  }
}

async function enqueue(
  producer: Producer,
  { oneByOne, drained }: { readonly oneByOne: number; readonly drained: number },
): Promise<Sample> {
  const one = await timed(async () => {
    for (let index = 0; index < oneByOne; index += 1) await producer.enqueue(jobCalled(`one-${index}`));
  });
  const many = await timed(() => putIn(producer, "many", drained));
  const enqueuePerSecond = (oneByOne / one) * 1_000;
  return producer.enqueueAll === undefined
    ? { enqueuePerSecond }
    : { enqueuePerSecond, batchPerSecond: (drained / many) * 1_000 };
}

/** In batches, where the library has a call for them. */
async function putIn({ enqueue: one, enqueueAll }: Producer, name: string, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => jobCalled(`${name}-${index}`));
  if (enqueueAll === undefined) for (const job of jobs) await one(job);
  else for (let from = 0; from < count; from += batch) await enqueueAll(jobs.slice(from, from + batch));
}

type Filled = { readonly system: string; readonly place: Place; readonly producer: Producer };

async function drainByCrowd({ system, place, producer }: Filled, drained: number): Promise<Sample> {
  const expected = drained * crowd.jobsFactor;
  await putIn(producer, "crowd", expected);
  const spanMs = await drainTogether({ system, place, concurrency, processes: crowd.processes, expected });
  return { crowdPerSecond: ((expected - 1) / spanMs) * 1_000 };
}

async function drainAll(consumer: RunningConsumer, expected: number): Promise<Sample> {
  await consumer.whenDrained();
  const { spanMs, jobs } = await consumer.stop();
  if (jobs !== expected) throw new Error(`${jobs} jobs of ${expected} were run`);
  return { drainPerSecond: ((jobs - 1) / spanMs) * 1_000 };
}

async function watchIdle(idle: RunningConsumer, producer: Producer, sizes: Sizes): Promise<Sample> {
  const delays: number[] = [];
  for (let index = 0; index < sizes.pickUps; index += 1) {
    // Never in step with anybody's polling.
    await delay(20 + Math.random() * 20);
    const job = jobCalled(`pick-${index}`);
    const before = sharedNowMs();
    await producer.enqueue(job);
    delays.push((await idle.whenStarted(job.id)) - before);
  }
  await runStepped(idle, producer, sizes.steppedRuns);
  const { stepMs } = await idle.stop();
  return {
    pickUpP50: quantile(delays, 0.5),
    pickUpP95: quantile(delays, 0.95),
    ...(stepMs.length === 0 ? {} : { stepP50: quantile(stepMs, 0.5), stepP95: quantile(stepMs, 0.95) }),
    ...(idle.idleCpuPercent === undefined ? {} : { idleCpuPercent: idle.idleCpuPercent }),
  };
}

/** One run after the other: what a step costs when nothing else is going on. */
async function runStepped(idle: RunningConsumer, producer: Producer, runs: number): Promise<void> {
  for (let index = 0; index < runs; index += 1) {
    await producer.enqueue(jobCalled(`stepped-${index}`, stepsOfRun));
    await idle.whenStarted(`stepped-${index}`);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
