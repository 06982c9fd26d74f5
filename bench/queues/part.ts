import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Contender, Metric, Sample } from "../harness/contender.ts";
import { firstMessage } from "../harness/first-message.ts";
import { interleave } from "../harness/interleave.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { packageVersion } from "../harness/versions.ts";
import type { Place } from "./driver.ts";
import type { Sizes } from "./measure.ts";
import { startPostgres, type PostgresServer } from "./servers/postgres.ts";
import { startRedis, type RedisServer } from "./servers/redis.ts";
import { systems, type System } from "./systems.ts";

const program = fileURLToPath(new URL("measure-process.ts", import.meta.url));

const metrics: readonly Metric[] = [
  { key: "enqueuePerSecond", title: "put in one by one", unit: "/s", better: "more" },
  { key: "batchPerSecond", title: "put in, 500 at a time", unit: "/s", better: "more" },
  { key: "drainPerSecond", title: "drain, 1 process, 10 at once", unit: "/s", better: "more" },
  { key: "crowdPerSecond", title: "drain, 4 processes, 10 at once each", unit: "/s", better: "more" },
  { key: "pickUpP50", title: "pick-up p50", unit: "ms", better: "less" },
  { key: "pickUpP95", title: "pick-up p95", unit: "ms", better: "less" },
  { key: "stepP50", title: "durable step p50", unit: "ms", better: "less" },
  { key: "stepP95", title: "durable step p95", unit: "ms", better: "less" },
  { key: "idleCpuPercent", title: "idle consumer, share of a core", unit: "%", better: "less" },
];

type Servers = { readonly postgres: PostgresServer | undefined; readonly redis: RedisServer | undefined };

/** The embedded engine beside well-kept queue and workflow libraries, each on a fresh store in every round. */
export const queuesPart: Part = {
  title: "(b) Queue and durable steps",
  run: async (options) => {
    await using folder = await scratchFolder();
    await using stack = new AsyncDisposableStack();
    const servers = { postgres: await startPostgres(folder.path), redis: await startRedis(folder.path) };
    for (const server of Object.values(servers)) stack.use(server ?? null);
    const present = Object.entries<System>(systems).filter(([, { store }]) => hasStore(servers, store));
    const samples = await interleave(contenders(present, folder.path, { servers, options }), {
      rounds: options.isQuick ? 1 : 5,
      budgetMs: 300_000,
      say: options.say,
    });
    const left = Object.values<System>(systems).filter(({ store }) => !hasStore(servers, store));
    return {
      groups: [
        {
          title: "The same jobs, each library in its own best settings",
          reference: systems.tutti.name,
          metrics,
          samples,
        },
      ],
      versions: { ...(await peerVersions(present)), ...serverVersions(servers) },
      notes: [...notes, ...left.map(({ name, store }) => `Left out: ${name}, because ${store} isn't installed.`)],
    };
  },
};

const hasStore = (servers: Servers, store: System["store"]): boolean =>
  store === "sqlite" || servers[store] !== undefined;

type Setting = { readonly servers: Servers; readonly options: PartOptions };

function contenders(
  present: readonly (readonly [string, System])[],
  folder: string,
  { servers, options }: Setting,
): readonly Contender[] {
  const sizes: Sizes = options.isQuick
    ? { oneByOne: 100, drainedShare: 0.1, pickUps: 20, steppedRuns: 5 }
    : { oneByOne: 200, drainedShare: 1, pickUps: 40, steppedRuns: 10 };
  let number = 0;
  return present.map(([key, { name }]) => ({
    name,
    measure: async () => {
      number += 1;
      return sampleOf({ system: key, place: await freshPlace(servers, folder, `round_${number}`), sizes });
    },
  }));
}

async function freshPlace({ postgres, redis }: Servers, folder: string, name: string): Promise<Place> {
  const path = join(folder, name);
  await mkdir(path);
  await redis?.empty();
  return { folder: path, postgresUrl: (await postgres?.createDatabase(name)) ?? "", redisPort: redis?.port ?? 0 };
}

type Request = { readonly system: string; readonly place: Place; readonly sizes: Sizes };

async function sampleOf(request: Request): Promise<Sample> {
  const child = fork(program, [JSON.stringify(request)]);
  const ended = once(child, "exit");
  const sample = await firstMessage(child, z.record(z.string(), z.number()));
  await ended;
  return sample;
}

async function peerVersions(present: readonly (readonly [string, System])[]): Promise<Record<string, string>> {
  const names = new Set(present.flatMap(([, system]) => system.package ?? []));
  const versions: Record<string, string> = {};
  for (const name of names) versions[name] = await packageVersion(name);
  return versions;
}

const serverVersions = ({ postgres, redis }: Servers): Record<string, string> => ({
  ...(postgres === undefined ? {} : { PostgreSQL: postgres.version }),
  ...(redis === undefined ? {} : { Redis: redis.version }),
});

const notes: readonly string[] = [
  "A job has 100 bytes and an empty body. One process puts jobs in, another one takes them out (OpenWorkflow on SQLite " +
    "shares one process, because its SQLite store can't be shared by two). Jobs in a drain: 2,200, OpenWorkflow 300; four processes " +
    "get 8,000 and 400, begin together after they have loaded, and every job must have been run exactly once.",
  "*Pick-up*: from the call that puts a job in to the first line of its body in an idle consumer. *Durable step*: from the " +
    "call of a step to its recorded result, in runs of ten steps; libraries without steps have no row.",
  "Settings: plainjob asks every 5 ms (its default is 1 s); graphile-worker with its local queue of 200; pg-boss with " +
    "LISTEN/NOTIFY and batches of 10; BullMQ on Redis with an append-only file synced every second; PostgreSQL and Tutti " +
    "(WAL, synchronous normal) with defaults.",
  "Not the same promise after a power cut: PostgreSQL syncs each commit, Redis every second, SQLite in this mode at its " +
    "checkpoints (a crash of the process loses nothing in any of them).",
  "Tutti's engine is more than a queue: a job here is a durable run. It competes with libraries that don't journal.",
];
