import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import { lockFile, type FileLock } from "./file-lock.ts";
import { prepareReplacement, removeLeftovers } from "./replace-file.ts";
import {
  defaultTag,
  emptyTasksFile,
  formatTasksFile,
  isFields,
  parseTasksFile,
  type TagTasks,
  type TasksFile,
} from "./tasks-file.ts";

const relativePath = join(".taskmaster", "tasks", "tasks.json");

/** The file of the nearest folder upwards that has one; without any, where it would be made in `folder`. */
export function findTasksFile(folder: string): string {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const path = join(here, relativePath);
    if (existsSync(path)) return path;
    if (dirname(here) === here) return join(resolve(folder), relativePath);
  }
}

/** @throws {TuttiError} `INPUT_INVALID` when it isn't there or makes no sense */
export function readTasksFile(path: string): TasksFile {
  const content = contentOf(path);
  if (content !== undefined) return parseTasksFile(content, path);
  throw new TuttiError("INPUT_INVALID", `There is no file of tasks ${path}`, {
    hint: "Name it, or make one with Task Master: task-master init, then task-master parse-prd",
    context: { file: path },
  });
}

/**
 * Reads, changes and writes the file under its lock; nobody ever reads half of it, and a crash leaves the old or the new one.
 * What a person or Task Master changed up to then is what `change` gets.
 *
 * @param change - quick and without effects: it may be called again
 * @param options.mayCreate - a file that isn't there is made, folders included; default: no
 * @returns what `change` returned beside the new file
 * @throws {TuttiError} `INPUT_INVALID`, `STATE_BUSY`, and whatever `change` throws; then nothing is written
 */
export async function changeTasksFile<Result>(
  path: string,
  change: ChangeTasks<Result>,
  options: { readonly mayCreate?: boolean } = {},
): Promise<Result> {
  const isNew = !existsSync(path);
  if (isNew && options.mayCreate !== true) readTasksFile(path);
  try {
    if (isNew) mkdirSync(dirname(path), { recursive: true });
    for (;;) {
      const changed = await changeLocked(path, change);
      if (changed !== undefined) return changed.result;
    }
  } catch (error) {
    throw TuttiError.is(error) ? error : cannotWrite(path, error);
  }
}

type ChangeTasks<Result> = (file: TasksFile) => { readonly file: TasksFile; readonly result: Result };

/** @returns `undefined` when the lock was lost on the way: nothing was written */
async function changeLocked<Result>(
  path: string,
  change: ChangeTasks<Result>,
): Promise<{ readonly result: Result } | undefined> {
  const lock = await lockFile(path);
  try {
    const before = contentOf(path);
    const { file, result } = change(before === undefined ? emptyTasksFile : parseTasksFile(before, path));
    return replace(path, { before, file, lock }) ? { result } : undefined;
  } finally {
    lock.release();
  }
}

/** A mistake in our own code must not look like a full disk. */
function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error)) return error;
  return new TuttiError("INPUT_INVALID", `The file of tasks ${path} can't be written: ${error.message}`, {
    hint: "Check its permissions and its folder's, and the space on the disk",
    context: { file: path },
    cause: error,
  });
}

type Change = { readonly before: string | undefined; readonly file: TasksFile; readonly lock: FileLock };

/** @returns whether it was written: not when the lock was lost on the way */
function replace(path: string, { before, file, lock }: Change): boolean {
  const ending = before?.endsWith("\n") === true ? "\n" : "";
  const content = `${formatTasksFile(file)}${ending}`;
  const target = before === undefined ? path : realpathSync(path);
  removeLeftovers(target);
  const replacement = prepareReplacement(target, content);
  if (!lock.isHeld()) {
    replacement.discard();
    return false;
  }
  replacement.commit();
  return true;
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new TuttiError("INPUT_INVALID", `The file of tasks ${path} can't be read`, {
      hint: "Check that it is a file and that you may read it",
      context: { file: path },
      cause,
    });
  }
}

/** The tag that Task Master works on now: `task-master tags use` sets it. */
export function currentTag(tasksFile: string): string {
  const content = contentOf(join(dirname(dirname(tasksFile)), "state.json"));
  const state: unknown = content === undefined ? undefined : parseState(content);
  const tag = isFields(state) ? state["currentTag"] : undefined;
  return typeof tag === "string" && tag !== "" ? tag : defaultTag;
}

/** Task Master goes on with its default when its state is damaged, and so do we. */
function parseState(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** @throws {TuttiError} `INPUT_INVALID` with the tags that are there */
export function tagNamed(file: TasksFile, name: string, path: string): TagTasks {
  const tag = file.tags.get(name);
  if (tag !== undefined) return tag;
  const known = [...file.tags.keys()].join(", ");
  throw new TuttiError("INPUT_INVALID", `${path}: there is no tag "${name}"`, {
    hint: known === "" ? "The file has no tags yet: add a task with task-master" : `Its tags: ${known}`,
    context: { file: path, tag: name },
  });
}
