import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Tutti } from "../../src/index.ts";
import type { ScratchProject } from "../../test/support/scratch-project.ts";
import { startTutti, type TuttiProcess } from "../../test/support/tutti-process.ts";
import type { Sample } from "../harness/contender.ts";
import { quantile } from "../harness/statistics.ts";
import { checkDrained } from "./check-drained.ts";
import { drainProject, tasksOf, workerCount } from "./drain-project.ts";
import { killEverySecond, poolWorkers } from "./killer.ts";

export type Drained = {
  readonly sample: Sample;
  readonly killed: number;
  /** Prompts that agents took up beyond one a task. */
  readonly askedAgain: number;
};

const sayEveryMs = 10_000;

/**
 * Gives a coordinator with four workers a job of many tasks in one batch, kills a worker every second, and waits until all is
 * done. @throws when a task was lost, done twice, or merged twice
 */
export async function drain(taskCount: number, say: (line: string) => void): Promise<Drained> {
  const project = await drainProject(taskCount);
  const coordinator = startTutti(project, { args: ["coordinator", String(workerCount)] });
  const over = new AbortController();
  try {
    const env = { PATH: process.env["PATH"] ?? "", HOME: project.home, XDG_STATE_HOME: project.stateHome };
    await using tutti = new Tutti({ cwd: project.root, env, note: () => undefined });
    const coordinatorPid = coordinator.child.pid ?? 0;
    while ((await poolWorkers(project, coordinatorPid)).length < workerCount) await delay(50);
    const job = await tutti.createJob("Drain");
    const startedAt = performance.now();
    await tutti.addSubtasks(job, tasksOf(taskCount));
    const enqueueMs = performance.now() - startedAt;
    const killing = killEverySecond(project, coordinatorPid, over.signal);
    const watched = await watch({ tutti, job, taskCount, coordinator, say });
    const durationMs = performance.now() - startedAt;
    over.abort();
    const killed = await killing;
    const askedAgain = await checkDrained({ project, tutti, job, taskCount, killed });
    const sample = { enqueueMs, perSecond: (taskCount / durationMs) * 1_000, ...watched };
    return { sample, killed, askedAgain };
  } finally {
    over.abort();
    await ended(coordinator, project);
  }
}

async function ended(coordinator: TuttiProcess, project: ScratchProject): Promise<void> {
  coordinator.child.kill("SIGINT");
  await coordinator.ended;
  await project.remove();
}

type Watch = {
  readonly tutti: Tutti;
  readonly job: string;
  readonly taskCount: number;
  readonly coordinator: TuttiProcess;
  readonly say: (line: string) => void;
};

/** Looks at the job as a program would, ten times a second, and at the coordinator's memory. */
async function watch({ tutti, job, taskCount, coordinator, say }: Watch): Promise<Sample> {
  const statusMs: number[] = [];
  const taskMs: number[] = [];
  let peakMb = 0;
  let saidAt = performance.now();
  for (let look = 0; ; look += 1) {
    const [progress, ms] = await timed(() => tutti.getJobStatus(job));
    statusMs.push(ms);
    taskMs.push((await timed(() => tutti.getTask(`${job}/t${(look * 7919) % taskCount}`)))[1]);
    peakMb = Math.max(peakMb, await memoryMb(coordinator));
    if (performance.now() - saidAt > sayEveryMs) {
      saidAt = performance.now();
      say(`  ${progress.completed} of ${taskCount} done, coordinator ${Math.round(peakMb)} MB at most`);
    }
    if (progress.completed === taskCount) break;
    if (coordinator.child.exitCode !== null || progress.failed > 0 || progress.status === "failed")
      throw new Error(`The job came to ${JSON.stringify(progress)}: ${coordinator.stderr()}`);
    await delay(100);
  }
  return { peakMb, statusMs: quantile(statusMs, 0.95), taskMs: quantile(taskMs, 0.95) };
}

async function memoryMb({ child }: TuttiProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid ?? 0}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

async function timed<T>(action: () => Promise<T>): Promise<readonly [T, number]> {
  const startedAt = performance.now();
  const result = await action();
  return [result, performance.now() - startedAt];
}
