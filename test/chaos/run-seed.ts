import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { checkoutOf } from "../support/crash/broken-promises.ts";
import { whenProcessesAreGone } from "../support/crash/project-processes.ts";
import { brokenInvariants } from "./checks/broken-invariants.ts";
import { driveToTheEnd, type Round } from "./drive-to-the-end.ts";
import { drawPlan } from "./plan/draw-plan.ts";
import { chaosJob, type ChaosJob } from "./world/chaos-job.ts";
import { Disturber, type Happened } from "./world/disturber.ts";

/** What came of a seed. */
export type SeedResult = {
  readonly seed: number;
  readonly agent: "fake" | "claude";
  readonly clock: "port" | "faketime";
  readonly tasks: number;
  /** Everything that did not hold; empty when all did. */
  readonly problems: readonly string[];
  /** What could not be done on this machine. */
  readonly skipped: readonly string[];
  readonly happened: readonly Happened[];
  readonly faultKills: readonly string[];
  readonly rounds: readonly Round[];
  readonly durationMs: number;
};

/** Time for workers to notice that their coordinator is gone, and for agents to stop. */
const goneWithinMs = 30_000;

export type SeedOptions = {
  /** Where the state of a seed that failed is kept. Default: nowhere. */
  readonly keepIn?: string | undefined;
};

/** Has the job of a seed done among its disturbances, and looks what has become of it. */
export async function runSeed(seed: number, { keepIn }: SeedOptions = {}): Promise<SeedResult> {
  const startedAt = performance.now();
  const plan = drawPlan(seed);
  const job = await chaosJob(plan);
  try {
    const checkout = await checkoutOf(job.project);
    const disturber = new Disturber(job);
    const driven = await driveToTheEnd(job, disturber);
    const alive = await whenProcessesAreGone(job.project, goneWithinMs);
    const leftovers = alive.map(({ pid, command }) => `still runs: ${command} (${pid})`);
    for (const { pid } of alive) process.kill(pid, "SIGKILL");
    const problems = [
      ...disturber.failures,
      ...driven.problems,
      ...leftovers,
      ...(await brokenInvariants(job, { checkout, rounds: driven.rounds })),
    ];
    if (problems.length > 0 && keepIn !== undefined) await keep(job, keepIn);
    return {
      seed,
      agent: plan.agent,
      clock: plan.clock,
      tasks: plan.tasks.length,
      problems,
      skipped: skippedOf(job),
      happened: disturber.happened,
      faultKills: await job.faultKills(),
      rounds: driven.rounds,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    await job.remove();
  }
}

/** On a build server nothing may be left out unseen. */
function skippedOf({ plan, disk }: ChaosJob): readonly string[] {
  if (!plan.hasSmallDisk || disk !== undefined) return [];
  if (process.env["CI"] === "true") throw new Error("no small disk could be mounted");
  return ["disk full: this person may not mount a disk"];
}

async function keep({ plan, project }: ChaosJob, folder: string): Promise<void> {
  const target = join(folder, `seed-${plan.seed}`);
  await mkdir(target, { recursive: true });
  for (const [name, from] of Object.entries({ state: project.stateHome, home: project.home, project: project.root })) {
    await cp(from, join(target, name), { recursive: true, verbatimSymlinks: true });
  }
}
