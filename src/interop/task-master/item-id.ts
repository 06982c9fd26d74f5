import type { RawId, TagTasks, TaskMasterItem, TaskMasterTask } from "./tasks-file.ts";

/** `3` for a task, `3.1` for a subtask: as Task Master's commands take it. */
export type ItemId = string;

export const isItemId = (text: string): boolean => /^[1-9]\d*(\.[1-9]\d*)?$/.test(text);

export const subtaskId = (task: RawId, subtask: RawId): ItemId => `${task}.${subtask}`;

/** The key of the plan's task: `t3`, `t3-1`. */
export const keyOfId = (id: ItemId): string => `t${id.replace(".", "-")}`;

/** The other way round; `undefined` for a key that no import gives. */
export function idOfKey(key: string): ItemId | undefined {
  const [, task, subtask] = /^t([1-9]\d*)(?:-([1-9]\d*))?$/.exec(key) ?? [];
  if (task === undefined) return undefined;
  return subtask === undefined ? task : subtaskId(task, subtask);
}

/** A task, or a subtask with the task that it is part of. */
export type Found = { readonly id: ItemId; readonly item: TaskMasterItem; readonly parent?: TaskMasterTask };

/** Every task and subtask, in the order of the file. */
export const itemsOf = ({ tasks }: TagTasks): readonly Found[] =>
  tasks.flatMap((task) => [
    { id: String(task.id), item: task },
    ...subtasksOf(task).map((item) => ({ id: subtaskId(task.id, item.id), item, parent: task })),
  ]);

export const subtasksOf = (task: TaskMasterTask): readonly TaskMasterItem[] => task.subtasks ?? [];
