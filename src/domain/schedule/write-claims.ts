import type { TaskId } from "../ids.ts";
import { pathsOverlap } from "./paths-overlap.ts";

/** Could start, but another task may be writing the same file. */
export type HeldBackTask = { readonly id: TaskId; readonly path: string; readonly by: TaskId };

/** Which task may write what, while tasks run side by side. */
export class WriteClaims {
  readonly #holders = new Map<string, TaskId>();

  /** Also what overlaps with another's claim: what is under way already can't be held back any more. */
  claim({ id, writes = [] }: Writer): void {
    for (const path of writes) if (!this.#holders.has(path)) this.#holders.set(path, id);
  }

  /** The first of a task's paths that another one has. */
  clashOf({ id, writes = [] }: Writer): HeldBackTask | undefined {
    for (const path of writes) {
      const by = this.#holderOf(path);
      if (by !== undefined && by !== id) return { id, path, by };
    }
    return undefined;
  }

  #holderOf(path: string): TaskId | undefined {
    const exact = this.#holders.get(path);
    if (exact !== undefined) return exact;
    for (const [claimed, id] of this.#holders) if (pathsOverlap(claimed, path)) return id;
    return undefined;
  }
}

type Writer = { readonly id: TaskId; readonly writes?: readonly string[] };
