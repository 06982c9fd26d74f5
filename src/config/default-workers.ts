import { maxWorkers } from "./schema/execution.ts";

export type Machine = {
  readonly cores: number;
  readonly freeMemoryBytes: number;
  readonly memoryPerWorkerMb: number;
};

/** Agents wait for their model most of the time, so that a core serves two of them. */
const workersPerCore = 2;

/** Part of the free memory that workers may plan with: tests and builds of the project need the rest. */
const memoryShare = 0.5;

/** More than this start only when they are asked for: quota is spent by the worker. */
const mostByDefault = 8;

/** How many workers `workers: auto` means: at least 1, at most 8. */
export function defaultWorkers({ cores, freeMemoryBytes, memoryPerWorkerMb }: Machine): number {
  const byMemory = Math.floor((freeMemoryBytes * memoryShare) / (memoryPerWorkerMb * 1024 * 1024));
  return Math.max(1, Math.min(Math.floor(cores * workersPerCore), byMemory, mostByDefault));
}

/** @param workers - `execution.workers` */
export function resolveWorkers(workers: "auto" | number, machine: Machine): number {
  return Math.min(workers === "auto" ? defaultWorkers(machine) : workers, maxWorkers);
}
