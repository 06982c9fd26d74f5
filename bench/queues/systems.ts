import type { Driver } from "./driver.ts";

/** What a measurement has to know of a library before it starts a process that loads it. */
export type System = {
  readonly name: string;
  /** npm package; absent = ours. */
  readonly package?: string;
  readonly store: "sqlite" | "postgres" | "redis";
  readonly hasSteps: boolean;
  /** It can't share its file between processes: producer and consumer run in one. */
  readonly isSingleProcess?: true;
  /** Jobs in a drain. Slow ones get fewer: the result is a rate. */
  readonly drained: number;
  readonly load: () => Promise<Driver>;
};

export const systems = {
  tutti: {
    name: "Tutti embedded engine (SQLite)",
    store: "sqlite",
    hasSteps: true,
    drained: 2_000,
    load: async () => (await import("./drivers/tutti.ts")).tutti,
  },
  plainjob: {
    name: "plainjob (SQLite)",
    package: "plainjob",
    store: "sqlite",
    hasSteps: false,
    drained: 2_000,
    load: async () => (await import("./drivers/plainjob.ts")).plainjob,
  },
  openworkflowSqlite: {
    name: "OpenWorkflow (SQLite, one process)",
    package: "openworkflow",
    store: "sqlite",
    hasSteps: true,
    isSingleProcess: true,
    drained: 100,
    load: async () => (await import("./drivers/openworkflow.ts")).openworkflowSqlite,
  },
  openworkflowPostgres: {
    name: "OpenWorkflow (PostgreSQL)",
    package: "openworkflow",
    store: "postgres",
    hasSteps: true,
    drained: 100,
    load: async () => (await import("./drivers/openworkflow.ts")).openworkflowPostgres,
  },
  bullmq: {
    name: "BullMQ (Redis)",
    package: "bullmq",
    store: "redis",
    hasSteps: false,
    drained: 2_000,
    load: async () => (await import("./drivers/bullmq.ts")).bullmq,
  },
  graphileWorker: {
    name: "graphile-worker (PostgreSQL)",
    package: "graphile-worker",
    store: "postgres",
    hasSteps: false,
    drained: 2_000,
    load: async () => (await import("./drivers/graphile-worker.ts")).graphileWorker,
  },
  pgBoss: {
    name: "pg-boss (PostgreSQL)",
    package: "pg-boss",
    store: "postgres",
    hasSteps: false,
    drained: 2_000,
    load: async () => (await import("./drivers/pg-boss.ts")).pgBoss,
  },
} as const satisfies Readonly<Record<string, System>>;

/** @throws {Error} for a name that isn't there */
export function systemCalled(key: string): System {
  const found = Object.entries(systems).find(([name]) => name === key);
  if (found === undefined) throw new Error(`No system is called ${key}`);
  return found[1];
}
