import { TuttiError } from "../../domain/errors.ts";
import { findCycle } from "../../domain/plan/find-cycle.ts";
import type { Plan, PlanTask } from "../../domain/plan/plan-schema.ts";
import { keyOfId } from "./item-id.ts";
import { fromTaskMasterPriority } from "./priority.ts";
import { isOver } from "./status.ts";
import type { TagTasks, TaskMasterItem, TaskMasterTask } from "./tasks-file.ts";
import { unitsOf, type Origin, type Unit } from "./units.ts";

export type ImportedPlan = {
  readonly plan: Plan;
  /** What a person should know before it is started, a sentence each. */
  readonly notes: readonly string[];
};

/**
 * A plan of what is left to do of a tag: a task for each subtask and each task without subtasks, with a key that says which
 * (`t3`, `t3-1`). What is done, in review, put off or given up is not planned, and nothing waits for it.
 *
 * @throws {TuttiError} `INPUT_INVALID` when nothing is left to do or the file makes no sense; `PLAN_CYCLE`
 */
export function planFromTaskMaster(tag: TagTasks, origin: Origin): ImportedPlan {
  const units = unitsOf(tag, origin);
  const open = units.filter(({ status }) => !isOver(status));
  if (open.length === 0) throw nothingToDo(units.length, origin);
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const tasks = open.map((unit) => planTask(unit, byId));
  refuseCycle(tasks, { byId, origin });
  return {
    plan: { summary: summaryOf(origin.tag, { open: open.length, over: units.length - open.length }), tasks },
    notes: open.flatMap((unit) => notesOn(unit, byId)),
  };
}

/** The tag that a plan was made from; `undefined` for a plan from elsewhere. */
export function tagOfPlan({ summary }: Pick<Plan, "summary">): string | undefined {
  const [, quoted] = /^Task Master tag ("(?:[^"\\]|\\.)*"): /.exec(summary) ?? [];
  if (quoted === undefined) return undefined;
  const tag: unknown = JSON.parse(quoted);
  return typeof tag === "string" ? tag : undefined;
}

const summaryOf = (tag: string, { open, over }: { readonly open: number; readonly over: number }): string =>
  `Task Master tag ${JSON.stringify(tag)}: ${open} to do, ${over} not planned again`;

type ById = ReadonlyMap<string, Unit>;

function planTask({ key, item, parent, needs }: Unit, byId: ById): PlanTask {
  const open = needs.filter((id) => !isOver(byId.get(id)?.status ?? "done"));
  return {
    key,
    title: item.title.trim(),
    prompt: promptOf(item, parent),
    dependsOn: open.map(keyOfId),
    contextFiles: [],
    expectedOutputs: [],
    priority: fromTaskMasterPriority(priorityOf(item, parent)) ?? 5,
    acceptance: sentencesOf(item.testStrategy),
  };
}

const priorityOf = (item: TaskMasterItem, parent: TaskMasterTask | undefined): string =>
  filled(item.priority) ?? filled(parent?.priority) ?? "medium";

/** An agent sees only this text: the subtask's says what it is a part of. */
function promptOf(item: TaskMasterItem, parent: TaskMasterTask | undefined): string {
  const title = item.title.trim();
  // Task Master wants a description of every task: often it is the title once more.
  const own = [filled(item.description), filled(item.details)].filter((part) => part !== undefined && part !== title);
  const texts = own.length === 0 ? [title] : own;
  if (parent === undefined) return texts.join("\n\n");
  const tests = filled(parent.testStrategy);
  const whole = [
    `This is one part of a larger task, "${parent.title.trim()}". Its other parts are done separately.`,
    filled(parent.description),
    filled(parent.details),
    tests === undefined ? undefined : `How the larger task will be tested: ${tests}`,
  ];
  return [...texts, ...whole.filter((part) => part !== undefined)].join("\n\n");
}

/** A line of the test strategy each, without the marks of a list. */
const sentencesOf = (text: string | null | undefined): readonly string[] =>
  (text ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim())
    .filter((line) => line !== "");

const filled = (text: string | null | undefined): string | undefined => {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
};

function notesOn({ id, status, needs, item, parent }: Unit, byId: ById): readonly string[] {
  const priority = priorityOf(item, parent);
  const missing = needs.flatMap((need) => {
    const of = byId.get(need)?.status ?? "done";
    return isOver(of) && of !== "done"
      ? [`${id} depends on ${need}, which is ${of}: it is planned without waiting for it`]
      : [];
  });
  return [
    ...(status === "blocked" ? [`${id} is marked blocked and is planned all the same; to leave it out, defer it`] : []),
    ...missing,
    ...(fromTaskMasterPriority(priority) === undefined
      ? [`${id} has the priority "${priority}": taken as medium`]
      : []),
  ];
}

function refuseCycle(tasks: readonly PlanTask[], { byId, origin }: { byId: ById; origin: Origin }): void {
  const cycle = findCycle(tasks);
  if (cycle === undefined) return;
  const idOf = new Map([...byId.values()].map(({ key, id }) => [key, id]));
  const path = cycle.map((key) => idOf.get(key) ?? key).join(" -> ");
  throw new TuttiError("PLAN_CYCLE", `${origin.file}: ${origin.tag}: dependencies go round in a circle: ${path}`, {
    hint: "Remove one of them: task-master remove-dependency --id <id> --depends-on <id>",
    context: { ...origin },
  });
}

function nothingToDo(count: number, { file, tag }: Origin): TuttiError {
  const why = count === 0 ? "it has no tasks" : `its tasks are done, in review, deferred or cancelled, all ${count}`;
  return new TuttiError("INPUT_INVALID", `${file}: there is nothing to do for the tag ${tag}: ${why}`, {
    hint: "Choose another with --tag, or set a task to pending: tutti task-master set-status <id> pending",
    context: { file, tag },
  });
}
