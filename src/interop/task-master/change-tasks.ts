import { TuttiError } from "../../domain/errors.ts";
import { itemsOf, subtaskId, subtasksOf, type Found, type ItemId } from "./item-id.ts";
import type { TaskMasterPriority } from "./priority.ts";
import { knownStatus, type TaskMasterStatus } from "./status.ts";
import type { Fields, RawId, TagTasks, TaskMasterItem, TaskMasterTask } from "./tasks-file.ts";

// Each takes a tag's tasks and gives new ones; what it doesn't know stays as it is. Times are ISO 8601 in UTC.

export type StatusChange = {
  readonly id: ItemId;
  readonly from: TaskMasterStatus | undefined;
  readonly to: TaskMasterStatus;
};

/** Sets a status. Of a subtask: its task follows, as in Task Master: done with the last one, in progress with the first. */
export function withStatus(tag: TagTasks, { id, to, at }: StatusOrder): { tag: TagTasks; change: StatusChange } {
  const { item } = found(tag, id);
  const change: StatusChange = { id, from: knownStatus(item.status), to };
  if (change.from === to && item.status === to) return { tag, change };
  const set = <Item extends TaskMasterItem>(old: Item): Item => ({ ...old, status: to, updatedAt: at });
  return { tag: changed(tag, { id, change: set, followUp: (task) => followed(task, at) }), change };
}

export type StatusOrder = { readonly id: ItemId; readonly to: TaskMasterStatus; readonly at: string };

/**
 * Adds a note with its time to a subtask's details, in the form in which Task Master does it.
 * @throws {TuttiError} `TASK_UNKNOWN`; `INPUT_INVALID` for a task
 */
export function withNote(tag: TagTasks, { id, text, at }: NoteOrder): TagTasks {
  if (!id.includes(".")) {
    throw new TuttiError("INPUT_INVALID", `${id} is a task: notes go to subtasks`, {
      hint: `Name one of its subtasks, such as ${id}.1`,
    });
  }
  const note = `<info added on ${at}>\n${text.trim()}\n</info added on ${at}>`;
  const { details } = found(tag, id).item;
  const longer = typeof details === "string" && details !== "" ? `${details}\n${note}` : note;
  const add = <Item extends TaskMasterItem>(old: Item): Item => ({ ...old, details: longer });
  return changed(tag, { id, change: add, followUp: (task) => task });
}

export type NoteOrder = { readonly id: ItemId; readonly text: string; readonly at: string };

export type NewTask = {
  readonly title: string;
  readonly description: string;
  readonly details: string;
  readonly testStrategy: string;
  readonly status: TaskMasterStatus;
  readonly priority: TaskMasterPriority;
  /** Ids that exist. */
  readonly dependsOn: readonly ItemId[];
  readonly metadata?: Fields;
};

/**
 * Adds a task with the next free number.
 * @throws {TuttiError} `TASK_UNKNOWN` for a dependency that isn't there
 */
export function withTask(tag: TagTasks, task: NewTask): { readonly tag: TagTasks; readonly id: ItemId } {
  for (const id of task.dependsOn) found(tag, id);
  const number = 1 + Math.max(0, ...tag.tasks.map(({ id }) => Number(id)));
  // Task Master reads both; a list is of one kind.
  const isText = tag.tasks.some(({ id }) => typeof id === "string");
  const raw = (id: ItemId): RawId => (isText || id.includes(".") ? id : Number(id));
  const { title, description, details, testStrategy, status, priority, dependsOn, metadata } = task;
  const added: TaskMasterTask = {
    id: raw(String(number)),
    title,
    // Task Master refuses to list a tag with a task that has none.
    description: description.trim() === "" ? title : description,
    details,
    testStrategy,
    status,
    dependencies: dependsOn.map(raw),
    priority,
    subtasks: [],
    ...(metadata === undefined ? {} : { metadata }),
  };
  return { tag: { ...tag, tasks: [...tag.tasks, added] }, id: String(number) };
}

/** What of a tag's metadata tells of the tasks is brought up to date; nothing is added to it. */
export function withFreshMetadata(tag: TagTasks, at: string): TagTasks {
  const { metadata, tasks } = tag;
  if (metadata === undefined || metadata === null) return tag;
  const fresh: Fields = {
    updated: at,
    lastModified: at,
    taskCount: tasks.length,
    completedCount: tasks.filter(({ status }) => knownStatus(status) === "done").length,
  };
  const known = Object.entries(fresh).filter(([field]) => field in metadata);
  return { ...tag, metadata: { ...metadata, ...Object.fromEntries(known) } };
}

/** @throws {TuttiError} `TASK_UNKNOWN` */
export function found(tag: TagTasks, id: ItemId): Found {
  const item = itemsOf(tag).find((candidate) => candidate.id === id);
  if (item !== undefined) return item;
  throw new TuttiError("TASK_UNKNOWN", `Task Master has no ${id.includes(".") ? "subtask" : "task"} ${id}`, {
    hint: "List them: tutti task-master list",
    context: { id },
  });
}

type Change = {
  readonly id: ItemId;
  readonly change: <Item extends TaskMasterItem>(item: Item) => Item;
  /** What becomes of the task whose subtask has changed. */
  readonly followUp: (task: TaskMasterTask) => TaskMasterTask;
};

function changed(tag: TagTasks, { id, change, followUp }: Change): TagTasks {
  const [taskId = id] = id.split(".");
  const isPart = id !== taskId;
  const tasks = tag.tasks.map((task) => {
    if (String(task.id) !== taskId) return task;
    if (!isPart) return change(task);
    const subtasks = subtasksOf(task).map((part) => (subtaskId(task.id, part.id) === id ? change(part) : part));
    return followUp({ ...task, subtasks });
  });
  return { ...tag, tasks };
}

function followed(task: TaskMasterTask, at: string): TaskMasterTask {
  const statuses = subtasksOf(task).map(({ status }) => knownStatus(status));
  const status = statusOfGroup(statuses);
  return { ...task, ...(status === undefined ? {} : { status }), updatedAt: at };
}

function statusOfGroup(statuses: readonly (TaskMasterStatus | undefined)[]): TaskMasterStatus | undefined {
  if (statuses.every((status) => status === "done")) return "done";
  if (statuses.some((status) => status === "in-progress" || status === "done")) return "in-progress";
  return statuses.every((status) => status === "pending") ? "pending" : undefined;
}
