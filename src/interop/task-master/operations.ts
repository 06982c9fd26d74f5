import {
  found,
  withFreshMetadata,
  withNote,
  withStatus,
  withTask,
  type NewTask,
  type StatusChange,
} from "./change-tasks.ts";
import type { ItemId } from "./item-id.ts";
import { changeTasksFile, currentTag, readTasksFile, tagNamed } from "./open-tasks-file.ts";
import type { TaskMasterStatus } from "./status.ts";
import { defaultTag, withTag, type TagTasks, type TasksFile } from "./tasks-file.ts";

/** A tag of a file. */
export type TagPlace = {
  readonly file: string;
  /** Default: the one that Task Master works on; `master` in a file without tags. */
  readonly tag?: string;
  /** Default: the real time, in milliseconds since 1970. */
  readonly now?: () => number;
};

export type NamedTag = { readonly name: string; readonly tasks: TagTasks };

/** @throws {TuttiError} `INPUT_INVALID` */
export function readTag(place: TagPlace): NamedTag {
  return chosenTag(readTasksFile(place.file), place);
}

/**
 * Sets the status of tasks and subtasks, all or none.
 * @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID`, `STATE_BUSY`
 */
export const setStatus = (
  place: TagPlace,
  ids: readonly ItemId[],
  to: TaskMasterStatus,
): Promise<readonly StatusChange[]> =>
  changeTag(place, (tasks, at) => {
    // All are looked up before the first is changed; what a change says of another one's status would be confusing.
    for (const id of ids) found(tasks, id);
    const changes: StatusChange[] = [];
    let tag = tasks;
    for (const id of ids) {
      const next = withStatus(tag, { id, to, at });
      tag = next.tag;
      changes.push(next.change);
    }
    return { tag, result: changes };
  });

/**
 * Adds a note with its time to a subtask's details.
 * @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID`, `STATE_BUSY`
 */
export const updateSubtask = (place: TagPlace, id: ItemId, text: string): Promise<void> =>
  changeTag(place, (tasks, at) => ({ tag: withNote(tasks, { id, text, at }), result: undefined }));

/**
 * @returns the new task's id
 * @throws {TuttiError} `TASK_UNKNOWN` for a dependency that isn't there; `INPUT_INVALID`, `STATE_BUSY`
 */
export const addTask = (place: TagPlace, task: NewTask): Promise<ItemId> =>
  changeTag(place, (tasks) => {
    const { tag, id } = withTask(tasks, task);
    return { tag, result: id };
  });

function changeTag<Result>(
  place: TagPlace,
  change: (tasks: TagTasks, at: string) => { readonly tag: TagTasks; readonly result: Result },
): Promise<Result> {
  const now = place.now ?? (() => Date.now());
  return changeTasksFile(place.file, (file) => {
    const at = new Date(now()).toISOString();
    const { name, tasks } = chosenTag(file, place);
    const { tag, result } = change(tasks, at);
    return { file: withTag(file, name, withFreshMetadata(tag, at)), result };
  });
}

function chosenTag(file: TasksFile, { file: path, tag }: TagPlace): NamedTag {
  const name = tag ?? (file.isTagged ? currentTag(path) : defaultTag);
  return { name, tasks: tagNamed(file, name, path) };
}
