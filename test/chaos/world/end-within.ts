import { setTimeout as delay } from "node:timers/promises";

import { projectProcesses } from "../../support/crash/project-processes.ts";
import type { TuttiProcess, TuttiResult } from "../../support/tutti-process.ts";
import type { ChaosJob } from "./chaos-job.ts";

/** Nothing in a seed takes so long, whatever is done to it and however busy the machine is. */
const hangMs = { fake: 300_000, claude: 400_000 } as const;

/**
 * How a command ended. When it doesn't, everything of the project is killed.
 * @throws {Error} that tells what was alive and what the command had said, when it hung
 */
export async function endWithin(job: ChaosJob, running: TuttiProcess): Promise<TuttiResult> {
  const stopped = new AbortController();
  const late = delay(hangMs[job.plan.agent], undefined, { signal: stopped.signal });
  try {
    const result = await Promise.race([running.ended, late]);
    if (result !== undefined) return result;
    throw new Error(await killHung(job, running));
  } finally {
    stopped.abort();
  }
}

async function killHung({ project }: ChaosJob, { child, stderr, stdout }: TuttiProcess): Promise<string> {
  const alive = await projectProcesses(project);
  for (const { pid } of alive) process.kill(pid, "SIGKILL");
  const names = alive.map(({ command }) => command.replaceAll(/\S*\//g, "").slice(0, 100)).join("; ");
  const said = `${stderr()}${stdout().trimEnd().split("\n").slice(-3).join("\n")}`;
  return `${child.spawnargs.slice(2).join(" ")} hung. Alive: ${names}. It said: ${said.slice(-1_500)}`;
}
