import type { TuttiResult } from "../support/tutti-process.ts";
import { turnCostUsd } from "./plan/chaos-plan.ts";
import { jobStanding, type JobStanding } from "./job-standing.ts";
import type { ChaosJob } from "./world/chaos-job.ts";
import { firstCommandOf } from "./world/chaos-workflow.ts";
import type { Disturber } from "./world/disturber.ts";
import { endWithin } from "./world/end-within.ts";

/** One command that drove the job, and what it came to. */
export type Round = {
  readonly command: string;
  /** Exit code, or the signal that ended it. */
  readonly end: number | string | null;
  readonly status: string;
  /** What the state then said that the job has cost, in US dollars. */
  readonly spentUsd: number;
  /** The last that it said. */
  readonly said: string;
};

export type Driven = { readonly rounds: readonly Round[]; readonly problems: readonly string[] };

/** Resumes that a job may need while nothing disturbs it: a lease of a dead one, a pause of the account, a retry. */
const maxCalmRounds = 8;
const maxRounds = 40;

/** Starts the job and goes on with it as a person would, until it is completed or going on doesn't help. */
export async function driveToTheEnd(job: ChaosJob, disturber: Disturber): Promise<Driven> {
  const rounds: Round[] = [];
  try {
    return { rounds, problems: await drive(job, disturber, rounds) };
  } catch (error) {
    return { rounds, problems: [String(error)] };
  } finally {
    await disturber.stop();
  }
}

/** @throws {Error} when a command hung */
async function drive(job: ChaosJob, disturber: Disturber, rounds: Round[]): Promise<readonly string[]> {
  let calmRounds = 0;
  let command = firstCommandOf(job.plan);
  while (calmRounds < maxCalmRounds && rounds.length < maxRounds) {
    const isCalm = !disturber.isUnderWay;
    const result = await endWithin(job, job.start(command));
    const standing = await jobStanding(job);
    rounds.push(roundOf(command, result, standing));
    if (standing.status === "completed") return [];
    if (isCalm && !disturber.isUnderWay && result.signal === null) calmRounds += 1;
    // Often at once, as an impatient person would; when much has failed already, when it is over.
    if (rounds.length % 3 === 0) await disturber.calm();
    command = nextCommand(job, standing);
  }
  return [`not completed after ${rounds.length} commands`];
}

const json = ["--yes", "--json"] as const;

function nextCommand({ plan }: ChaosJob, { status, hasFailed, spentUsd }: JobStanding): readonly string[] {
  if (status === "none") return firstCommandOf(plan);
  if (hasFailed) return ["retry", "--json"];
  const isSpent = plan.budgetUsd !== undefined && status === "paused" && spentUsd >= plan.budgetUsd;
  return ["resume", ...json, ...(isSpent ? ["--max-cost", String(enoughUsd(plan.tasks.length))] : [])];
}

/** Also when every turn is paid for several times. */
export const enoughUsd = (tasks: number): number => Math.round((tasks + 10) * 10 * turnCostUsd * 1_000) / 1_000;

function roundOf(command: readonly string[], result: TuttiResult, { status, spentUsd }: JobStanding): Round {
  const { exitCode, signal, stdout, stderr } = result;
  const said = exitCode === 0 ? "" : `${stderr}${stdout.trimEnd().split("\n").slice(-2).join("\n")}`.slice(-1_500);
  return { command: command.join(" "), end: exitCode ?? signal, status, spentUsd, said };
}
