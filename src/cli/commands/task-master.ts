import { resolve } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import {
  addTask,
  findTasksFile,
  fromTaskMasterStatus,
  isItemId,
  itemsOf,
  knownStatus,
  parseTaskMasterStatus,
  readTag,
  setStatus,
  updateSubtask,
  type Found,
  type ItemId,
  type TagPlace,
  type TaskMasterPriority,
} from "../../interop/task-master/index.ts";
import type { Cli } from "../cli.ts";
import { cut, oneLine } from "../render/terminal-text.ts";
import { textTable } from "../render/text-table.ts";

export type TagOptions = { readonly file?: string; readonly tag?: string };
export type ListOptions = TagOptions & { readonly status?: string };
export type AddTaskOptions = TagOptions & {
  readonly description?: string;
  readonly details?: string;
  readonly testStrategy?: string;
  readonly priority: TaskMasterPriority;
  readonly dependsOn?: string;
};

/** `tutti task-master list` */
export function listTasksCommand(cli: Cli, options: ListOptions): number {
  const place = placeOf(cli, options);
  const status = options.status === undefined ? undefined : parseTaskMasterStatus(options.status);
  const { name, tasks } = readTag(place);
  const items = itemsOf(tasks).filter(({ item }) => status === undefined || knownStatus(item.status) === status);
  const { output } = cli;
  if (output.isJson) output.stdout(`${JSON.stringify({ file: place.file, tag: name, tasks: items.map(factsOf) })}\n`);
  else if (items.length === 0) output.stdout(`The tag ${name} has no such task.\n`);
  else output.stdout(listText(items, output.columns));
  return exitCodes.done;
}

const factsOf = ({ id, item }: Found) => {
  const status = knownStatus(item.status);
  return {
    id,
    title: item.title,
    description: item.description ?? "",
    details: item.details ?? "",
    testStrategy: item.testStrategy ?? "",
    status: status ?? item.status,
    /** What a job would call it. */
    taskStatus: status === undefined ? null : fromTaskMasterStatus(status),
    priority: item.priority ?? null,
    dependencies: (item.dependencies ?? []).map(String),
  };
};

const longestTitle = 60;

function listText(items: readonly Found[], columns: number): string {
  const titles = [{ title: "id" }, { title: "status" }, { title: "priority" }, { title: "needs" }, { title: "title" }];
  const rows = items.map(({ id, item }) => [
    id,
    oneLine(String(knownStatus(item.status) ?? item.status)),
    oneLine(item.priority ?? "–"),
    (item.dependencies ?? []).map(String).join(", ") || "–",
    cut(oneLine(item.title), Math.max(20, Math.min(longestTitle, columns))),
  ]);
  return textTable(titles, rows);
}

/** `tutti task-master set-status` */
export async function setStatusCommand(
  cli: Cli,
  given: { readonly ids: string; readonly status: string },
  options: TagOptions,
): Promise<number> {
  const place = placeOf(cli, options);
  const changes = await setStatus(place, idsOf(given.ids), parseTaskMasterStatus(given.status));
  const { output } = cli;
  if (output.isJson) output.stdout(`${JSON.stringify({ file: place.file, changes })}\n`);
  else for (const { id, from, to } of changes) output.stdout(`${id}: ${from ?? "unknown"} → ${to}\n`);
  return exitCodes.done;
}

/** `tutti task-master update-subtask` */
export async function updateSubtaskCommand(
  cli: Cli,
  given: { readonly id: string; readonly text: string },
  options: TagOptions,
): Promise<number> {
  const place = placeOf(cli, options);
  const id = idOf(given.id);
  await updateSubtask(place, id, filled(given.text, "The note"));
  if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ file: place.file, id })}\n`);
  else cli.output.stdout(`Added the note to ${id}.\n`);
  return exitCodes.done;
}

/** `tutti task-master add-task` */
export async function addTaskCommand(cli: Cli, title: string, options: AddTaskOptions): Promise<number> {
  const place = placeOf(cli, options);
  const { description = "", details = "", testStrategy = "", priority, dependsOn } = options;
  const id = await addTask(place, {
    title: filled(title, "The title"),
    description,
    details,
    testStrategy,
    status: "pending",
    priority,
    dependsOn: dependsOn === undefined ? [] : idsOf(dependsOn),
  });
  if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ file: place.file, id })}\n`);
  else cli.output.stdout(`Added task ${id}.\n`);
  return exitCodes.done;
}

const placeOf = (cli: Cli, { file, tag }: TagOptions): TagPlace => ({
  file: tasksFileOf(cli, file),
  ...(tag === undefined ? {} : { tag }),
});

export const tasksFileOf = ({ cwd }: Cli, file: string | undefined): string =>
  file === undefined ? findTasksFile(cwd) : resolve(cwd, file);

const idsOf = (text: string): readonly ItemId[] => [...new Set(text.split(",").map(idOf))];

function idOf(text: string): ItemId {
  const id = text.trim();
  if (isItemId(id)) return id;
  throw new TuttiError("INPUT_INVALID", `"${id}" is no id of a task`, {
    hint: "Give 1 for a task, 1.2 for a subtask, several with commas",
  });
}

function filled(text: string, what: string): string {
  if (text.trim() !== "") return text.trim();
  throw new TuttiError("INPUT_INVALID", `${what} is empty`, { hint: "Write a text" });
}
