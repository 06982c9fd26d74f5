import { setTimeout as delay } from "node:timers/promises";
import { projectProcesses } from "../../test/support/crash/project-processes.ts";
import type { ScratchProject } from "../../test/support/scratch-project.ts";

const poolWorker = /main\.js worker$/;

export const poolWorkers = async (project: ScratchProject) =>
  (await projectProcesses(project)).filter(({ command }) => poolWorker.test(command));

/** Kills a worker of the pool every second, until `stop`. @returns how many */
export async function killEverySecond(project: ScratchProject, stop: AbortSignal): Promise<number> {
  let killed = 0;
  for (;;) {
    const isOver = await delay(1_000, false, { signal: stop }).catch(() => true);
    if (isOver) return killed;
    const living = await poolWorkers(project);
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
