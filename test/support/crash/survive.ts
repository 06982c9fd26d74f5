import type { StoredEvent } from "../../../src/domain/events.ts";
import { inspectJob } from "../inspect-job.ts";
import { watchCrashJob } from "./check-crash-job.ts";
import { crashJob, resumeArgs, runArgs, type CrashAgent, type CrashJob } from "./crash-job.ts";
import { whenProcessesAreGone } from "./project-processes.ts";

/** How the processes of a job ended, and what it came to. */
export type Survival = {
  /** Of the run and of every resume after it: its exit code, or the signal that ended it. */
  readonly exits: readonly (number | string | null)[];
  /** Fault points at which a process was killed, in order. */
  readonly kills: readonly string[];
  readonly reached: readonly string[];
  readonly requests: readonly string[];
  /** Workers and coordinators that somebody found dead. */
  readonly deaths: number;
  /** Empty when everything held. */
  readonly broken: readonly string[];
  /** What the commands that failed said. */
  readonly said: string;
};

/** Time for workers to notice that their coordinator is gone, and for agents to stop. */
export const goneWithinMs = 20_000;

/** Runs the crash job, with processes killed on the way, and resumes it until it is over. */
export async function survive(agent: CrashAgent, faults?: string): Promise<Survival> {
  const job = await crashJob(agent);
  try {
    return await runToTheEnd(job, { faults });
  } finally {
    await job.remove();
  }
}

export type Interference = {
  readonly faults?: string | undefined;
  /** What happens to the first run from outside. */
  readonly meanwhile?: (running: ReturnType<CrashJob["start"]>) => Promise<void>;
};

export async function runToTheEnd(job: CrashJob, { faults, meanwhile }: Interference): Promise<Survival> {
  const brokenPromises = await watchCrashJob(job);
  const run = job.start(runArgs, faults);
  await meanwhile?.(run);
  const results = [await run.ended];
  const leftover: string[] = [];
  while (mayResume(results)) {
    const alive = await whenProcessesAreGone(job.project, goneWithinMs);
    leftover.push(...alive.map(({ command }) => `did not stop by itself: ${command}`));
    results.push(await job.start(resumeArgs, faults).ended);
  }
  return {
    exits: results.map(({ exitCode, signal }) => exitCode ?? signal),
    kills: await job.kills(),
    reached: await job.reached(),
    requests: await job.requests(),
    deaths: (await inspectJob(job.project)).events.filter(isDeath).length,
    broken: [...leftover, ...(await brokenPromises())],
    said: results.map(({ stderr, stdout }) => stderr + stdout.split("\n").slice(-4).join("\n")).join("\n---\n"),
  };
}

const isDeath = ({ type, data }: StoredEvent): boolean =>
  type === "worker-stopped" && "reason" in data && data.reason === "died";

/** After a kill or a Ctrl-C; another end is final. */
function mayResume(results: readonly { readonly exitCode: number | null }[]): boolean {
  const last = results.at(-1);
  return results.length < 8 && (last?.exitCode === null || last?.exitCode === 130);
}
