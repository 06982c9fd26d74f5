import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { topologicalLevels } from "../../domain/plan/topological-levels.ts";
import { withFreshMetadata, withStatus, withTask, type StatusChange } from "./change-tasks.ts";
import { idOfKey, itemsOf, type Found, type ItemId } from "./item-id.ts";
import { changeTasksFile } from "./open-tasks-file.ts";
import { toTaskMasterPriority } from "./priority.ts";
import { knownStatus, toTaskMasterStatus, type TaskMasterStatus } from "./status.ts";
import { isFields, withTag, type TagTasks } from "./tasks-file.ts";

export type ExportedTask = Pick<Task, "key" | "status" | "waitsFor" | "spec">;

export type JobExport = {
  readonly jobId: JobId;
  readonly tasks: readonly ExportedTask[];
  /** Whether the job was made from this tag, so that its keys name tasks of it. */
  readonly isFromTag: boolean;
};

export type ExportResult = {
  readonly changed: readonly StatusChange[];
  readonly added: readonly { readonly key: string; readonly id: ItemId }[];
  /** Left as they are in the file, with the reason. */
  readonly kept: readonly { readonly key: string; readonly reason: string }[];
};

export type ExportPlace = { readonly file: string; readonly tag: string; readonly now?: () => number };

/**
 * Writes a job's statuses into the file of tasks. What came from there gets its status; what didn't is added, once: a later
 * export finds it by `metadata.tutti`, which Task Master keeps. A file or tag that isn't there is made.
 *
 * @throws {TuttiError} `INPUT_INVALID`, `STATE_BUSY`
 */
export const exportJob = (place: ExportPlace, job: JobExport): Promise<ExportResult> =>
  changeTasksFile(
    place.file,
    (file) => {
      const at = new Date((place.now ?? (() => Date.now()))()).toISOString();
      const old = file.tags.get(place.tag) ?? newTag(job, { name: place.tag, at });
      const { tag, result } = withJob(old, job, at);
      return { file: withTag(file, place.tag, withFreshMetadata(tag, at)), result };
    },
    { mayCreate: true },
  );

function newTag({ jobId }: JobExport, { name, at }: { readonly name: string; readonly at: string }): TagTasks {
  const isReserved = name === "tasks" || name === "metadata";
  if (isReserved || !/^[A-Za-z0-9_-]+$/.test(name) || name.startsWith("__")) {
    throw new TuttiError("INPUT_INVALID", `"${name}" can't be the name of a new tag`, {
      hint: "Use letters, digits, - and _; tasks and metadata are taken",
    });
  }
  return { tasks: [], metadata: { created: at, updated: at, description: `Tutti job ${jobId}` } };
}

/** The tag with a job's statuses; pure. */
export function withJob(tag: TagTasks, job: JobExport, at: string): { tag: TagTasks; result: ExportResult } {
  const look: Look = { items: itemsOf(tag), job, at };
  const begin: Progress = { tag, ids: new Map(), changed: [], added: [], kept: [] };
  const {
    tag: done,
    changed,
    added,
    kept,
  } = inOrder(job.tasks).reduce((progress, task) => withJobTask(progress, task, look), begin);
  return { tag: done, result: { changed, added, kept } };
}

type Look = { readonly items: readonly Found[]; readonly job: JobExport; readonly at: string };

type Progress = ExportResult & { readonly tag: TagTasks; readonly ids: ReadonlyMap<string, ItemId> };

function withJobTask(progress: Progress, task: ExportedTask, look: Look): Progress {
  const place = placeOf(task, look);
  if (typeof place === "string") return keep(progress, task, place);
  if (place === undefined) return add(progress, task, look);
  const { id, item } = place;
  const known = { ...progress, ids: new Map([...progress.ids, [task.key, id]]) };
  const from = knownStatus(item.status);
  const to = toTaskMasterStatus(task.status, task.waitsFor);
  if (from === to) return known;
  if (!mayReplace(from, to)) return keep(known, task, `${id} is ${from} there and ${to} here`);
  const { tag, change } = withStatus(known.tag, { id, to, at: look.at });
  return { ...known, tag, changed: [...known.changed, change] };
}

const keep = (progress: Progress, { key }: ExportedTask, reason: string): Progress => ({
  ...progress,
  kept: [...progress.kept, { key, reason }],
});

function add(progress: Progress, task: ExportedTask, { job }: Look): Progress {
  const { key } = task;
  const { tag, id } = withTask(progress.tag, newTask(task, { jobId: job.jobId, ids: progress.ids }));
  return {
    ...progress,
    tag,
    ids: new Map([...progress.ids, [key, id]]),
    added: [...progress.added, { key, id }],
  };
}

/** Dependencies first, so that what is added can name them. */
function inOrder(tasks: readonly ExportedTask[]): readonly ExportedTask[] {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const levels = topologicalLevels(tasks.map(({ spec }) => spec));
  return levels.flat().flatMap(({ key }) => byKey.get(key) ?? []);
}

/** Where a task is in the file: `undefined` = nowhere yet, a text = why it can't be said. */
function placeOf({ key, spec }: ExportedTask, { items, job }: Look): Found | string | undefined {
  const own = items.find(({ item }) => isExportOf(item.metadata, { job: job.jobId, task: key }));
  if (own !== undefined) return own;
  const id = job.isFromTag ? idOfKey(key) : undefined;
  if (id === undefined) return undefined;
  const origin = items.find((item) => item.id === id);
  if (origin === undefined) return `${id} is not there any more`;
  const title = origin.item.title.trim();
  // Task Master gives numbers again when tasks are moved: a status must not go to another task.
  return title === spec.title ? origin : `${id} is now called "${title}", not "${spec.title}"`;
}

function isExportOf(metadata: unknown, mark: { readonly job: string; readonly task: string }): boolean {
  const tutti = isFields(metadata) ? metadata["tutti"] : undefined;
  return isFields(tutti) && tutti["job"] === mark.job && tutti["task"] === mark.task;
}

/** What a person called done, cancelled or deferred in Task Master stays so until the work is really done, or cancelled. */
function mayReplace(from: TaskMasterStatus | undefined, to: TaskMasterStatus): boolean {
  if (from === "done") return false;
  return from === "cancelled" || from === "deferred" ? to === "done" || to === "cancelled" : true;
}

type Addition = { readonly jobId: JobId; readonly ids: ReadonlyMap<string, ItemId> };

const newTask = ({ key, spec, status, waitsFor }: ExportedTask, { jobId, ids }: Addition) => ({
  title: spec.title,
  description: "",
  details: spec.prompt,
  testStrategy: spec.acceptance.map((sentence) => `- ${sentence}`).join("\n"),
  status: toTaskMasterStatus(status, waitsFor),
  priority: toTaskMasterPriority(spec.priority),
  dependsOn: spec.dependsOn.flatMap((needed) => ids.get(needed) ?? []),
  metadata: { tutti: { job: jobId, task: key } },
});
