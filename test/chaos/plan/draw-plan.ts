import { killTargets, type KillTarget } from "../../support/crash/kill-targets.ts";
import { chaosWorkflows, turnCostUsd, type ChaosPlan, type ChaosTask, type ChaosWorkflow } from "./chaos-plan.ts";
import { drawDisturbances } from "./draw-disturbances.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Which seeds have what: spread so that most combinations come up among 200. */
const isEvery = (seed: number, period: number, at: number): boolean => seed % period === at;

/** The plan of a seed: always the same. */
export function drawPlan(seed: number): ChaosPlan {
  const random = new SeededRandom(seed);
  const agent = isEvery(seed, 8, 0) ? "claude" : "fake";
  const tasks = drawTasks(random, agent === "claude" ? random.int(3, 5) : random.int(5, 15));
  const workflow = isEvery(seed, 4, 3) ? chaosWorkflows[Math.floor(seed / 4) % chaosWorkflows.length] : undefined;
  const setting = {
    seed,
    agent,
    workflow,
    workers: random.int(2, 3),
    leaseMs: random.pick([2_000, 3_000, 5_000]),
    tasks,
    clock: isEvery(seed, 12, 5) ? "faketime" : "port",
    hasSmallDisk: isEvery(seed, 5, 3),
    budgetUsd: isEvery(seed, 7, 2) && agent === "fake" ? budgetFor(random, tasks.length) : undefined,
    faults: [...drawFaults(random), ...workflowFaults(seed, workflow)],
  } as const;
  return { ...setting, disturbances: drawDisturbances(random, setting) };
}

function drawTasks(random: SeededRandom, count: number): readonly ChaosTask[] {
  const keys = Array.from({ length: count }, (_, index) => `t${index + 1}`);
  return keys.map((key, index) => ({
    key,
    dependsOn: keys.slice(0, index).filter(() => random.chance(0.8 / Math.max(1, index))),
    priority: random.int(1, 10),
    thinkingMs: random.int(0, 400),
    isWrongAtFirst: random.chance(0.15),
    addsLine: random.chance(0.3),
    outages: random.chance(0.15) ? random.int(1, 2) : 0,
  }));
}

/** About half of what the job needs: a plan, a turn for each task and more for what is done again, a review. */
const budgetFor = (random: SeededRandom, tasks: number): number =>
  Math.round((2 + random.int(1, tasks)) * turnCostUsd * 1_000) / 1_000;

/** A workflow's own moments, in turn: they are no part of what is drawn. */
function workflowFaults(seed: number, workflow: ChaosWorkflow | undefined): readonly KillTarget[] {
  const points = ["workflow.asked", "workflow.answered", "workflow.recording", "workflow.recorded"] as const;
  const point = points[Math.floor(seed / 12) % points.length];
  return workflow === undefined || point === undefined ? [] : [{ point, process: "coordinator" }];
}

function drawFaults(random: SeededRandom): readonly KillTarget[] {
  const count = random.pick([0, 0, 1, 1, 2]);
  const drawn = Array.from({ length: count }, () => random.pick(killTargets));
  // A point kills one process, once.
  return drawn.filter(({ point }, index) => drawn.findIndex((other) => other.point === point) === index);
}
