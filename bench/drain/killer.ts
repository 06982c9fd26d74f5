import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { projectProcesses, type FoundProcess } from "../../test/support/crash/project-processes.ts";
import type { ScratchProject } from "../../test/support/scratch-project.ts";

const poolWorker = /main\.js worker$/;

/** A child that a worker has just forked looks like it until it runs its own program: it is no child of the coordinator. */
export async function poolWorkers(project: ScratchProject, coordinator: number): Promise<readonly FoundProcess[]> {
  const found = (await projectProcesses(project)).filter(({ command }) => poolWorker.test(command));
  const parents = await Promise.all(found.map(({ pid }) => parentOf(pid)));
  return found.filter((_, index) => parents[index] === coordinator);
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

/** Kills a worker of the pool every second, until `stop`. @returns how many */
export async function killEverySecond(
  project: ScratchProject,
  coordinator: number,
  stop: AbortSignal,
): Promise<number> {
  let killed = 0;
  for (;;) {
    const isOver = await delay(1_000, false, { signal: stop }).catch(() => true);
    if (isOver) return killed;
    const living = await poolWorkers(project, coordinator);
    const victim = living[killed % Math.max(1, living.length)];
    if (victim === undefined) continue;
    killed += killOne(victim.pid) ? 1 : 0;
  }
}

function killOne(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (isGone) return false;
    throw error;
  }
}
