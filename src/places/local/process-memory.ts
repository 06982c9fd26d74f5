import { readFile } from "node:fs/promises";
import type { ProcessIdentity } from "../port.ts";
import { listProcesses, type ProcessEntry } from "./process-table.ts";

const bytesPerKb = 1024;

/**
 * What living processes and everything that they have started really use, in bytes, in the order of `roots`; those that are
 * gone, or have started nothing yet, are left out. What a descendant put into the background counts by its process group. Memory
 * that processes share is divided among them (`Pss`, proc(5)), so that the sum is what their end would give back.
 */
export async function memoryOfTrees(roots: readonly ProcessIdentity[]): Promise<readonly number[]> {
  const living = (await listProcesses()).filter(({ isZombie }) => !isZombie);
  const trees = roots.map((root) => treeOf(root, living)).filter(({ length }) => length > 1);
  return Promise.all(trees.map(async (tree) => sum(await Promise.all(tree.map(({ pid }) => memoryOf(pid))))));
}

function treeOf({ pid, startTime }: ProcessIdentity, living: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const root = living.find((entry) => entry.pid === pid && entry.startTime === startTime);
  if (root === undefined) return [];
  const children = Map.groupBy(living, ({ parentPid }) => parentPid);
  const found = new Set<ProcessEntry>([root]);
  // A set is walked in the order of its additions, those made on the way included.
  for (const entry of found) for (const child of children.get(entry.pid) ?? []) found.add(child);
  const groups = new Set([...found].map(({ group }) => group).filter((group) => group !== ownGroup(living)));
  return living.filter((entry) => found.has(entry) || groups.has(entry.group));
}

/** A process that was started without a group of its own is in ours, and so is much else. */
const ownGroup = (living: readonly ProcessEntry[]): number | undefined =>
  living.find(({ pid }) => pid === process.pid)?.group;

/** 0 for one that ended meanwhile. A process that is not ours shows its resident size only. */
async function memoryOf(pid: number): Promise<number> {
  const shared = /^Pss:\s+(\d+) kB$/m.exec(await textOf(`/proc/${pid}/smaps_rollup`));
  const found = shared ?? /^VmRSS:\s+(\d+) kB$/m.exec(await textOf(`/proc/${pid}/status`));
  return Number(found?.[1] ?? 0) * bytesPerKb;
}

/** Whatever the reason, what can't be read can't be counted. */
const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
