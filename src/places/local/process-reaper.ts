import { setTimeout as delay } from "node:timers/promises";
import type { SlotId } from "../../domain/ids.ts";
import type { ProcessIdentity } from "../port.ts";
import { findProcess, listMarked, listProcesses, type ProcessEntry } from "./process-table.ts";

/** The environment variable by which everything that a slot's agents start can be found again. */
export const slotMark = "TUTTI_SLOT";

const pollMs = 20;

/** The identity of a living process that leads its own group; `undefined` when it is gone or leads none. */
export async function processGroupOf(pid: number): Promise<ProcessIdentity | undefined> {
  const entry = findProcess(pid);
  if (entry === undefined || entry.isZombie || entry.group !== pid) return undefined;
  return { pid, startTime: entry.startTime };
}

/** Whether this very process is still alive. */
export async function isSameProcess({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const entry = findProcess(pid);
  return entry !== undefined && !entry.isZombie && entry.startTime === startTime;
}

function send(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
  }
}

type Find = () => Promise<readonly ProcessEntry[]>;

/**
 * Asks politely, waits, then insists; looks again each time, since what dies may fork before it does. Ends after two looks
 * that found nothing: a process in the middle of an `exec` shows no environment for a moment.
 */
async function end(find: Find, graceMs: number): Promise<readonly number[]> {
  const seen = new Set<number>();
  const deadline = performance.now() + graceMs;
  for (let emptyLooks = 0; emptyLooks < 2;) {
    const alive = await find();
    emptyLooks = alive.length === 0 ? emptyLooks + 1 : 0;
    const isLate = performance.now() >= deadline;
    for (const { pid } of alive) {
      if (isLate) send(pid, "SIGKILL");
      else if (!seen.has(pid)) send(pid, "SIGTERM");
      seen.add(pid);
    }
    if (emptyLooks < 2) await delay(pollMs);
  }
  return [...seen];
}

/**
 * Ends a process and the group that it leads, if it leads one (a program that a script started doesn't): SIGTERM, then
 * SIGKILL to what is left after `graceMs`. Resolves when nothing of them lives.
 * Does nothing when the leader is gone: its number may be another group's by now. Use the mark for what it left behind.
 * @returns the pids that were ended
 */
export async function killProcessGroup(leader: ProcessIdentity, graceMs: number): Promise<readonly number[]> {
  if (!(await isSameProcess(leader))) return [];
  const isMeant = ({ pid, group, startTime }: ProcessEntry): boolean =>
    group === leader.pid || (pid === leader.pid && startTime === leader.startTime);
  const members: Find = async () => (await listProcesses()).filter((entry) => !entry.isZombie && isMeant(entry));
  return end(members, graceMs);
}

/**
 * Ends every process whose environment sets `name` to `value`, wherever it was re-parented to. A process that was
 * started with an emptied environment is not found.
 * @returns the pids that were ended
 */
export async function killProcessesWith(
  mark: { readonly name: string; readonly value: string },
  options: { readonly graceMs?: number; readonly spare?: (entry: ProcessEntry) => boolean } = {},
): Promise<readonly number[]> {
  const { graceMs = 1_000, spare = () => false } = options;
  return end(async () => (await listMarked(mark.name, mark.value)).filter((entry) => !spare(entry)), graceMs);
}

/**
 * Ends every process that carries the slot's mark.
 * @returns the pids that were ended
 */
export async function killMarkedProcesses(slotId: SlotId, graceMs = 1_000): Promise<readonly number[]> {
  return killProcessesWith({ name: slotMark, value: slotId }, { graceMs });
}
