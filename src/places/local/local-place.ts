import { readFile } from "node:fs/promises";
import { availableParallelism, freemem, loadavg } from "node:os";

import { asSlotId } from "../../domain/ids.ts";
import type { Place, PlaceResources } from "../port.ts";
import { freeDisk } from "./free-disk.ts";
import { memoryOfTrees } from "./process-memory.ts";
import { isSameProcess, killMarkedProcesses, killProcessGroup } from "./process-reaper.ts";
import { runCommand } from "./run-command.ts";

const graceMs = 2_000;

/** This machine. */
export const localPlace = (): Place => ({
  run: runCommand,
  killMarked: (slotId) => killMarkedProcesses(asSlotId(slotId)),
  killGroup: async (group) => {
    await killProcessGroup(group, graceMs);
  },
  isAlive: isSameProcess,
  resources,
  freeDisk,
  memoryOf: memoryOfTrees,
});

async function resources(): Promise<PlaceResources> {
  return {
    cores: availableParallelism(),
    freeMemoryBytes: await availableMemory(),
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** What can be had without swapping: Linux counts its file cache as used, `MemAvailable` doesn't. */
async function availableMemory(): Promise<number> {
  if (process.platform !== "linux") return freemem();
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"));
  return found === null ? freemem() : Number(found[1]) * 1024;
}
