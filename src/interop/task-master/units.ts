import { TuttiError } from "../../domain/errors.ts";
import { keyOfId, subtaskId, subtasksOf, type Found, type ItemId } from "./item-id.ts";
import { isOver, knownStatus, taskMasterStatuses, type TaskMasterStatus } from "./status.ts";
import type { RawId, TagTasks, TaskMasterItem, TaskMasterTask } from "./tasks-file.ts";

/**
 * One piece of work: a subtask, or a task that has none. A task with subtasks is only their group: who needs it needs all of
 * them, and what it needs each of them needs.
 */
export type Unit = Found & {
  readonly key: string;
  /** Its own, or its task's when that is over: nobody begins with a part of something that is done or given up. */
  readonly status: TaskMasterStatus;
  /** Ids of units, in the order of the file, without repetitions. */
  readonly needs: readonly ItemId[];
};

/** Where a mistake in the file is told to be. */
export type Origin = { readonly file: string; readonly tag: string };

/** @throws {TuttiError} `INPUT_INVALID` for an id that is there twice, an unknown status, a dependency on nothing or itself */
export function unitsOf(tag: TagTasks, origin: Origin): readonly Unit[] {
  const context = { groups: groupsOf(tag, origin), origin };
  const units = tag.tasks.flatMap((task) =>
    subtasksOf(task).length === 0 ? [taskUnit(task, context)] : subtaskUnits(task, context),
  );
  refuseRepetition(units, origin);
  return units;
}

type Context = {
  /** The units behind each id that a dependency may name. */
  readonly groups: ReadonlyMap<ItemId, readonly ItemId[]>;
  readonly origin: Origin;
};

function groupsOf({ tasks }: TagTasks, origin: Origin): Context["groups"] {
  const groups = new Map<ItemId, readonly ItemId[]>();
  for (const task of tasks) {
    const parts = subtasksOf(task).map((item) => subtaskId(task.id, item.id));
    if (groups.has(String(task.id))) throw mistake(origin, String(task.id), repeated);
    groups.set(String(task.id), parts.length === 0 ? [String(task.id)] : parts);
    for (const part of parts) groups.set(part, [part]);
  }
  return groups;
}

function taskUnit(task: TaskMasterTask, context: Context): Unit {
  const id = String(task.id);
  const needs = (task.dependencies ?? []).flatMap((reference) => named(id, String(reference), context));
  return { id, key: keyOfId(id), item: task, status: statusOf(task, id, context.origin), needs: [...new Set(needs)] };
}

function subtaskUnits(task: TaskMasterTask, context: Context): readonly Unit[] {
  const { status: ofTask, needs: taskNeeds } = taskUnit(task, context);
  return subtasksOf(task).map((item) => {
    const id = subtaskId(task.id, item.id);
    const own = (item.dependencies ?? []).flatMap((reference) => siblingOrOther(task, { id, reference }, context));
    const status = isOver(ofTask) ? ofTask : statusOf(item, id, context.origin);
    return { id, key: keyOfId(id), item, parent: task, status, needs: [...new Set([...taskNeeds, ...own])] };
  });
}

type Reference = { readonly id: ItemId; readonly reference: RawId };

/** A plain number in a subtask is a sibling; Task Master's own commands also leave numbers of tasks there. */
function siblingOrOther(task: TaskMasterTask, { id, reference }: Reference, context: Context): readonly ItemId[] {
  const name = String(reference);
  const sibling = name.includes(".") ? name : subtaskId(task.id, name);
  const isParent = name === String(task.id);
  return named(id, context.groups.has(sibling) || isParent ? sibling : name, context);
}

function named(id: ItemId, name: ItemId, { groups, origin }: Context): readonly ItemId[] {
  const units = groups.get(name);
  if (units === undefined) throw mistake(origin, id, badLink(`depends on ${name}, which is not there`));
  if (name === id || units.includes(id)) throw mistake(origin, id, badLink("depends on itself"));
  // A task that depends on a subtask of its own would make that subtask wait for itself.
  if (name.startsWith(`${id}.`)) throw mistake(origin, id, badLink(`depends on its own subtask ${name}`));
  return units;
}

function statusOf({ status }: TaskMasterItem, id: ItemId, origin: Origin): TaskMasterStatus {
  const known = knownStatus(status);
  if (known !== undefined) return known;
  const problem = `has the unknown status "${String(status)}"`;
  throw mistake(origin, id, { problem, hint: `Use one of ${taskMasterStatuses.join(", ")}` });
}

function refuseRepetition(units: readonly Unit[], origin: Origin): void {
  const seen = new Set<ItemId>();
  for (const { id } of units) {
    if (seen.has(id)) throw mistake(origin, id, repeated);
    seen.add(id);
  }
}

type Mistake = { readonly problem: string; readonly hint: string };

const repeated: Mistake = { problem: "is there twice", hint: "Give one of the two another id" };
const badLink = (problem: string): Mistake => ({
  problem,
  hint: "Remove that dependency: task-master remove-dependency, or task-master fix-dependencies",
});

function mistake({ file, tag }: Origin, id: ItemId, { problem, hint }: Mistake): TuttiError {
  const what = id.includes(".") ? "subtask" : "task";
  return new TuttiError("INPUT_INVALID", `${file}: ${tag}: ${what} ${id} ${problem}`, {
    hint,
    context: { file, tag, id },
  });
}
