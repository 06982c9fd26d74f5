import { setTimeout as delay } from "node:timers/promises";

import type { TuttiProcess } from "../tutti-process.ts";
import type { CrashJob } from "./crash-job.ts";
import { agentProgram, kill, projectProcesses, workerProgram } from "./project-processes.ts";

/** What a person or the machine may do to a job while its first two tasks are in the middle of a turn. */
export type OutsideKill = {
  readonly name: string;
  readonly strike: (job: CrashJob, run: TuttiProcess) => Promise<void>;
  /** How the run and the resumes after it end. */
  readonly exits: readonly (number | string)[];
  /**
   * How many workers and coordinators may be found dead: an agent's death is not its worker's. On a loaded machine one worker
   * may have had both turns before the other was known. `undefined`: it depends.
   */
  readonly deaths: readonly number[] | undefined;
  /** What the state says of the job right after it. `undefined`: it depends. */
  readonly leaves?: "interrupted";
};

export const outsideKills: readonly OutsideKill[] = [
  { name: "every agent's process", strike: (job) => kill(job.project, agentProgram), exits: [0], deaths: [0] },
  {
    name: "the coordinator and its workers",
    strike: async (job, { child }) => {
      // At once: a worker that sees its coordinator gone stops in good order.
      const workers = (await projectProcesses(job.project)).filter(({ command }) => workerProgram.test(command));
      for (const { pid } of workers) process.kill(pid, "SIGSTOP");
      child.kill("SIGKILL");
      await kill(job.project, workerProgram);
    },
    exits: ["SIGKILL", 0],
    deaths: [2, 3],
  },
  { name: "everything", strike: (job) => kill(job.project, /./), exits: ["SIGKILL", 0], deaths: [2, 3] },
  { name: "Ctrl-C", strike: interrupt, exits: [130, 0], deaths: [0], leaves: "interrupted" },
  {
    name: "Ctrl-C twice",
    strike: async (job, run) => {
      run.child.kill("SIGINT");
      await until(() => run.stderr().includes("Ctrl-C again"));
      await interrupt(job, run);
    },
    exits: [130, 0],
    deaths: undefined,
  },
];

/** A Ctrl-C has to leave nothing behind by itself: no later step of ours may clean up for it. */
async function interrupt({ project }: CrashJob, { child, ended }: TuttiProcess): Promise<void> {
  child.kill("SIGINT");
  await ended;
  const alive = await projectProcesses(project);
  if (alive.length > 0) throw new Error(`still runs after Ctrl-C: ${alive.map(({ command }) => command).join(", ")}`);
}

/** Both first tasks are in a turn. */
export const bothAtWork = ({ requests }: CrashJob): Promise<void> =>
  until(async () => {
    const asked = await requests();
    return ["worker/c#1", "worker/d#1"].every((name) => asked.some((each) => each.startsWith(name)));
  });

/** @throws when it doesn't come true within a minute */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error("nothing happened for a minute");
    await delay(10);
  }
}
