import { setTimeout as delay } from "node:timers/promises";

import { agentProgram, projectProcesses, workerProgram } from "../../support/crash/project-processes.ts";
import type { Disturbance, Victim } from "../plan/chaos-plan.ts";
import type { ChaosJob } from "./chaos-job.ts";
import { endWithin } from "./end-within.ts";
import { lockDatabase } from "./lock-database.ts";

/** What came of a disturbance, for the log; `undefined`: there was nothing that it could disturb. */
export type Disturbed = string | undefined;

/** Does it, undoes it, and resolves when both are done. */
export async function disturb(job: ChaosJob, what: Disturbance): Promise<Disturbed> {
  switch (what.kind) {
    case "kill":
      return signalAll(await victimsOf(job, what.victim), "SIGKILL");
    case "freeze":
      return freeze(job, what.victim, what.forMs);
    case "lock-database":
      return lockDatabaseOf(job, what.forMs);
    case "fill-disk":
      return fillDisk(job, what.forMs);
    case "jump-clock":
      await job.clock.jump(what.byMs);
      return `${what.byMs} ms`;
    case "rival":
      await delay(what.afterMs);
      return rival(job);
    case "storm":
      await job.model?.storm(what.status, what.forMs);
      return job.model && `${what.status}`;
    case "restart-model":
      await job.model?.restart(what.awayMs);
      return job.model && `${what.awayMs} ms away`;
  }
}

const coordinatorProgram = /tutti\.js (?:run|workflow run|resume|retry) /;

const programs = { coordinator: coordinatorProgram, worker: workerProgram, agent: agentProgram } as const;

async function victimsOf({ project }: ChaosJob, victim: Victim): Promise<readonly number[]> {
  const all = await projectProcesses(project);
  if (victim.role === "everything") return all.map(({ pid }) => pid);
  const program = programs[victim.role];
  const found = all.filter(({ command }) => program.test(command)).map(({ pid }) => pid);
  if (victim.role === "coordinator") return found;
  const { index } = victim;
  return found.toSorted((a, b) => a - b).filter((_, at) => at === index % found.length);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): Disturbed {
  const hit = pids.filter((pid) => send(pid, signal));
  return hit.length === 0 ? undefined : `${hit.length} processes`;
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
    return false;
  }
}

async function freeze(job: ChaosJob, victim: Victim, forMs: number): Promise<Disturbed> {
  const pids = await victimsOf(job, victim);
  const frozen = signalAll(pids, "SIGSTOP");
  if (frozen === undefined) return undefined;
  await delay(forMs);
  signalAll(pids, "SIGCONT");
  return `${frozen} for ${forMs} ms`;
}

async function lockDatabaseOf({ state }: ChaosJob, forMs: number): Promise<Disturbed> {
  const { path } = state;
  if (path === undefined) return undefined;
  await lockDatabase(path, forMs);
  return `${forMs} ms`;
}

async function fillDisk({ disk }: ChaosJob, forMs: number): Promise<Disturbed> {
  if (disk === undefined) return undefined;
  await disk.fill();
  await delay(forMs);
  await disk.free();
  return `${forMs} ms`;
}

/** Either the job is busy, or its coordinator was frozen and this one takes it over and drives it. */
async function rival(job: ChaosJob): Promise<Disturbed> {
  if (job.state.eventCount() === 0) return undefined;
  const { exitCode, signal } = await endWithin(job, job.start(["resume", "--yes", "--json"]));
  return `ended with ${String(exitCode ?? signal)}`;
}
