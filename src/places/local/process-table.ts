import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { TuttiError } from "../../domain/errors.ts";

/** One line of the operating system's process table. */
export type ProcessEntry = {
  readonly pid: number;
  readonly parentPid: number;
  readonly group: number;
  /** Opaque; differs between two processes that had the same pid. */
  readonly startTime: string;
  /** Dead and not yet collected by its parent. */
  readonly isZombie: boolean;
  /** CPU time of the process and its collected children, in clock ticks (1/100 s). */
  readonly cpuTicks: number;
};

const goneCodes = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM", "EINVAL"]);

/**
 * Processes come and go while we look: a file of one that is gone, or is not ours, reads as `undefined`. The kernel makes
 * these files out of its memory, so that reading one at once takes a tenth of what handing it to a thread would.
 */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && goneCodes.has(String(error.code))) return undefined;
    throw error;
  }
}

/** Fields of proc(5) `/proc/<pid>/stat`; the name in brackets may hold spaces and brackets. */
function parseStat(pid: number, stat: string): ProcessEntry {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): string => fields[number - 3] ?? "";
  return {
    pid,
    parentPid: Number(field(4)),
    group: Number(field(5)),
    startTime: field(22),
    isZombie: field(3) === "Z" || field(3) === "X",
    cpuTicks: Number(field(14)) + Number(field(15)) + Number(field(16)) + Number(field(17)),
  };
}

export function findProcess(pid: number): ProcessEntry | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(pid, stat);
}

async function allPids(): Promise<readonly number[]> {
  try {
    return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  } catch (cause) {
    throw new TuttiError("SETUP_FAILED", "This system has no /proc: the processes of an agent can't be found.", {
      hint: "Run on Linux, or in a Linux container.",
      cause,
    });
  }
}

export async function listProcesses(): Promise<readonly ProcessEntry[]> {
  const entries = (await allPids()).map(findProcess);
  return entries.filter((entry) => entry !== undefined);
}

/** Living processes whose environment, as it was at their start, sets `name` to `value`. Never this process. */
export async function listMarked(name: string, value: string): Promise<readonly ProcessEntry[]> {
  const mark = `${name}=${value}`;
  const look = (pid: number): ProcessEntry | undefined => {
    const environment = readProc(`/proc/${pid}/environ`);
    const isMarked = environment?.split("\0").includes(mark) ?? false;
    return isMarked ? findProcess(pid) : undefined;
  };
  const others = (await allPids()).filter((pid) => pid !== process.pid);
  return others
    .map(look)
    .filter((entry) => entry !== undefined)
    .filter(({ isZombie }) => !isZombie);
}
