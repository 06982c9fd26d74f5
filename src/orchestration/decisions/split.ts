import type { Json } from "../../domain/json.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { AttemptDecision, Job, Task } from "../../domain/model.ts";
import { addTasks } from "../../domain/plan/add-tasks.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { TaskAccess, TaskSpec } from "../../domain/plan/task-spec.ts";
import type { DecisionRequest } from "./decision-evidence.ts";
import type { JobDesk } from "../desk.ts";
import { matchingPaths } from "../../workspace/index.ts";
import { checkGates } from "../jobs/manual-jobs.ts";
import { agentOfTask } from "../profiles/task-agent.ts";
import { askManager, type ManagersAnswer } from "./ask-manager.ts";

const maxParts = 8;

/** Has the manager cut a task into parts. They are tasks of the same job, and the task itself comes after them. */
export async function splitTask(
  desk: JobDesk,
  request: DecisionRequest,
): Promise<ManagersAnswer<Pick<AttemptDecision, "parts">>> {
  const { state } = desk.services;
  const task = await state.tasks.get(request.lease.taskId);
  const known = (await state.tasks.list(task.jobId)).map(({ spec }) => spec);
  const spentUsd = totalUsage(await state.sessions.usageOfTask(task.id)).costUsd ?? 0;
  const { job } = desk;
  const { access } = await agentOfTask(desk, task.spec);
  const read = (answer: Json | undefined) => ({ parts: partsOf({ job, task, known, spentUsd, access }, answer) });
  return askManager(desk, { request, about: "split", goal: goalOf(task) }, read);
}

const goalOf = ({ spec }: Task): string =>
  [
    `One task of a larger plan turned out to be too big for one agent: it ran into its limits of time or size more than once. Cut it into`,
    `2 to ${maxParts} parts that are much smaller, each of which leaves the repository working. Afterwards an agent gets the whole task`,
    `again, with the parts done, to finish and to check it.`,
    `\n\n# The task: ${spec.title}\n${spec.prompt}`,
    spec.expectedOutputs.length === 0 ? "" : `\n\nFiles that must exist in the end: ${spec.expectedOutputs.join(", ")}`,
    spec.footprint === undefined ? "" : `\n\nIt may change only: ${spec.footprint.join(", ")}`,
  ].join(" ");

type Whole = {
  readonly job: Pick<Job, "options">;
  readonly task: Task;
  readonly known: readonly TaskSpec[];
  /** What the whole has cost so far, in US dollars. */
  readonly spentUsd: number;
  /** Absent: each part says it, or its agent. */
  readonly access?: TaskAccess;
};

/** @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` */
export function partsOf({ job, task, known, spentUsd, access }: Whole, answer: Json | undefined): readonly TaskSpec[] {
  const { tasks } = parsePlan(answer, {});
  if (tasks.length < 2 || tasks.length > maxParts) {
    throw new TuttiError("PLAN_INVALID", `There are ${tasks.length} parts, and there have to be 2 to ${maxParts}`);
  }
  checkGates(job.options, tasks);
  // A part of what may only look may do no more.
  const whole = access === "read" ? { ...task.spec, access } : task.spec;
  const requests = tasks.map((part) => partOf(whole, part, shareOf(whole, { spentUsd, count: tasks.length })));
  return addTasks(task.jobId, known, requests).added;
}

/** Of what the whole may still cost: it comes once more itself, after its parts. */
function shareOf(
  { budgetUsd }: TaskSpec,
  { spentUsd, count }: { readonly spentUsd: number; readonly count: number },
): number | undefined {
  return budgetUsd === undefined ? undefined : Math.max(0, budgetUsd - spentUsd) / (count + 1);
}

/** Only what surely lies inside: of two globs nobody can tell. */
function footprintOf(whole: TaskSpec, { footprint }: PlanTask): readonly string[] | undefined {
  const outer = whole.footprint;
  if (footprint === undefined || outer === undefined) return outer ?? footprint;
  const isInside = (pattern: string): boolean =>
    outer.includes(pattern) || (/^[\w./-]+$/.test(pattern) && matchingPaths([pattern], outer).length > 0);
  return footprint.every(isInside) ? footprint : outer;
}

/** What holds for the whole holds for each part. */
function partOf(whole: TaskSpec, part: PlanTask, budgetUsd: number | undefined) {
  const { footprint: _asked, gates = whole.gates, dependsOn, ...own } = part;
  const footprint = footprintOf(whole, part);
  const { timeoutMs, escalate, agent, access, subagents } = whole;
  return {
    ...(agent === undefined ? {} : { agent }),
    ...own,
    ...(access === undefined ? {} : { access }),
    ...(subagents === undefined ? {} : { subagents }),
    key: keyIn(whole, part.key),
    dependsOn: [...whole.dependsOn, ...dependsOn.map((key) => keyIn(whole, key))],
    partOf: whole.key,
    priority: whole.priority,
    ...(footprint === undefined ? {} : { footprint }),
    ...(gates === undefined ? {} : { gates }),
    ...(escalate === undefined ? {} : { escalate }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
  };
}

const longestKey = 64;

const keyIn = (whole: TaskSpec, key: string): string =>
  `${whole.key.slice(0, longestKey - 1 - key.length)}-${key}`.slice(0, longestKey);
