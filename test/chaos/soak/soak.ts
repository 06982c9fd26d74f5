import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

import { agentProgram, projectProcesses, whenProcessesAreGone } from "../../support/crash/project-processes.ts";
import type { ScratchProject } from "../../support/scratch-project.ts";
import { startTutti } from "../../support/tutti-process.ts";
import { SeededRandom } from "../plan/seeded-random.ts";
import { appendLine, readSoakLines } from "../report/chaos-log.ts";
import { sampleProcesses } from "./sample-processes.ts";
import type { SoakLine } from "./soak-lines.ts";
import { addJob, soakProject, standingOf, tasksPerJob } from "./soak-project.ts";
import { growthProblems } from "./steadiness.ts";

export type SoakRun = {
  readonly forMs: number;
  readonly log: string;
  readonly commit: string;
  readonly say: (line: string) => void;
};

const sampleEveryMs = 5_000;
const killEveryMs = 45_000;
/** Nothing keeps a job of ten small tasks so long. */
const jobWithinMs = 180_000;
const goneWithinMs = 30_000;
const poolWorker = /main\.js worker$/;

/**
 * One coordinator with two workers carries out job after job, while somebody kills a worker or an agent now and then.
 * @returns how many problems there were: jobs that were not completed, growing memory or open files, processes left behind
 */
export async function soak({ forMs, log, commit, say }: SoakRun): Promise<number> {
  const project = await soakProject();
  const startedAt = performance.now();
  const atMs = (): number => Math.round(performance.now() - startedAt);
  const note = (line: SoakLine): void => appendLine(log, line);
  note({ kind: "begin", commit, startedAt: new Date().toISOString(), forMs });
  const coordinator = startTutti(project, { args: ["coordinator", "2"] });
  const over = new AbortController();
  const beside = [
    every(sampleEveryMs, over.signal, async () =>
      note({ kind: "sample", atMs: atMs(), samples: await sampleProcesses(project) }),
    ),
    every(killEveryMs, over.signal, async () => note({ kind: "kill", atMs: atMs(), victim: await killOne(project) })),
  ];
  const problems: string[] = [];
  try {
    while (atMs() < forMs && problems.length === 0 && coordinator.child.exitCode === null) {
      const { status, completed } = await carryOut(project);
      note({ kind: "job", atMs: atMs(), status, tasks: completed });
      if (status !== "completed") problems.push(`a job is ${status} with ${completed} of ${tasksPerJob} tasks`);
    }
    if (coordinator.child.exitCode !== null) problems.push(`the coordinator ended: ${coordinator.stderr()}`);
    problems.push(...growthProblems(readSoakLines(log)));
  } finally {
    over.abort();
    await Promise.all(beside);
    coordinator.child.kill("SIGINT");
    const alive = await whenProcessesAreGone(project, goneWithinMs);
    problems.push(...alive.map(({ command }) => `still runs: ${command}`));
    for (const { pid } of alive) process.kill(pid, "SIGKILL");
    note({ kind: "end", atMs: atMs(), load: loadavg()[0] ?? 0, problems });
    await project.remove();
  }
  say(problems.length === 0 ? `soak held: ${Math.round(atMs() / 60_000)} minutes` : problems.join("\n"));
  return problems.length;
}

async function carryOut(project: ScratchProject): Promise<Awaited<ReturnType<typeof standingOf>>> {
  const job = await addJob(project);
  const deadline = performance.now() + jobWithinMs;
  for (;;) {
    const standing = await standingOf(project, job);
    if (standing.status !== "running" && standing.status !== "reviewing") return standing;
    if (performance.now() > deadline) return standing;
    await delay(200);
  }
}

const random = new SeededRandom(1);

async function killOne(project: ScratchProject): Promise<string> {
  const isWorker = random.chance(0.5);
  const program = isWorker ? poolWorker : agentProgram;
  const found = (await projectProcesses(project)).filter(({ command }) => program.test(command));
  if (found.length === 0) return "nobody";
  process.kill(random.pick(found).pid, "SIGKILL");
  return isWorker ? "worker" : "agent";
}

async function every(ms: number, over: AbortSignal, act: () => Promise<void>): Promise<void> {
  while (!over.aborted) {
    await delay(ms, undefined, { signal: over }).catch(() => undefined);
    if (!over.aborted) await act();
  }
}
