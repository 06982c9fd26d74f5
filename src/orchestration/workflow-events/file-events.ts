import { randomUUID } from "node:crypto";
import picomatch from "picomatch";

import type { FileChange } from "../../domain/watch/file-change.ts";
import type { WorkflowEventInput } from "../../domain/workflow/workflow-event.ts";
import { watchFiles } from "../../workspace/index.ts";

export type FileEventOptions = {
  /** The folder that is watched; globs are relative to it. */
  readonly root: string;
  readonly globs: readonly string[];
  readonly onEvent: (event: WorkflowEventInput) => void;
  readonly onTrouble: (reason: string) => void;
};

/** So long changes are collected into one event: editors and git write many files at once. */
const debounceMs = 500;
const maxPaths = 200;

export type FileEvents = { readonly ready: Promise<void>; readonly close: () => Promise<void> };

/** Makes an event `file_changed` of the user's files that change, without what git ignores. */
export function watchForEvents({ root, globs, onEvent, onTrouble }: FileEventOptions): FileEvents {
  const isWanted = picomatch([...globs], { dot: true });
  const watcher = watchFiles({
    root,
    debounceMs,
    onTrouble,
    onChanges: (changes) => {
      const wanted = changes.filter(({ path }) => isWanted(path));
      if (wanted.length > 0) onEvent(fileEvent(wanted));
    },
  });
  return { ready: watcher.ready, close: () => watcher.close() };
}

function fileEvent(changes: readonly FileChange[]): WorkflowEventInput {
  const last = new Map(changes.map(({ path, kind }) => [path, kind]));
  const files = [...last].map(([path, kind]) => ({ path, kind }));
  const more = Math.max(0, files.length - maxPaths);
  return {
    id: `files:${randomUUID()}`,
    type: "file_changed",
    source: "files",
    at: changes.at(-1)?.at ?? 0,
    details: { files: files.slice(0, maxPaths), ...(more === 0 ? {} : { more }) },
  };
}
