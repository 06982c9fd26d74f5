import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileChange } from "../../domain/watch/file-change.ts";
import { ifAbsent, type Slot } from "../slots/slot.ts";
import { environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { findSandboxLeftovers } from "../snapshot/sandbox-leftovers.ts";
import { watchFiles, type FileWatcher, type FileWatcherOptions } from "./file-watcher.ts";

export type SlotWatchOptions = Pick<FileWatcherOptions, "debounceMs" | "onTrouble" | "since" | "now"> & {
  /** Called one after the other; the next batch waits. */
  readonly onChanges: (changes: readonly FileChange[]) => Promise<void>;
  readonly ignore: readonly string[];
};

export type WatchedSlot = Pick<FileWatcher, "mode" | "ready"> & {
  /** Resolves when all that was heard of is reported. Never throws. */
  readonly close: () => Promise<void>;
};

/** Watches a slot for changes that can be work: neither what is ignored nor the environment nor what a sandbox leaves. */
export async function watchSlot(slot: Slot, options: SlotWatchOptions): Promise<WatchedSlot> {
  const { ignore, onChanges, ...rest } = options;
  let reported: Promise<unknown> = Promise.resolve();
  const report = async (changes: readonly FileChange[]): Promise<void> => {
    const leftovers = new Set(
      await findSandboxLeftovers(
        slot.path,
        changes.map(({ path }) => path),
      ),
    );
    const work = changes.filter(({ path }) => !leftovers.has(path));
    if (work.length > 0) await onChanges(work);
  };
  const watcher = watchFiles({
    ...rest,
    root: slot.path,
    ignore: [...(await patternsOf(slot)), ...ignore],
    onChanges: (changes) => {
      reported = reported.then(() => report(changes)).catch((thrown: unknown) => options.onTrouble?.(String(thrown)));
    },
  });
  const close = async (): Promise<void> => {
    await watcher.close();
    await reported;
  };
  return {
    get mode() {
      return watcher.mode;
    },
    ready: watcher.ready,
    close,
  };
}

/** What git leaves out of the slot besides its `.gitignore` files. */
async function patternsOf(slot: Slot): Promise<readonly string[]> {
  const [state, excludes] = await Promise.all([
    readSlotState(slot),
    readFile(join(slot.controlDir, "info", "exclude"), "utf8").catch(ifAbsent),
  ]);
  const environment = environmentPaths(state).map((path) => `/${path.replaceAll(/[\\*?[\]!# ]/g, String.raw`\$&`)}`);
  return [...(excludes ?? "").split("\n"), ...environment];
}
