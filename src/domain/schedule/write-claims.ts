import type { TaskId } from "../ids.ts";
import { KnownOverlaps } from "./paths-overlap.ts";
import type { TaskFacts } from "./task-facts.ts";

/** Could start, but another task goes first: it may be writing the same file, or is at work in the same batch. */
export type HeldBackTask = { readonly id: TaskId; readonly by: TaskId } & (
  { readonly path: string } | { readonly batch: string }
);

/** Which task may write what, and which works in which batch, while tasks run side by side. */
export class WriteClaims {
  readonly #holders = new Map<string, TaskId>();
  readonly #batches = new Map<string, TaskId>();
  readonly #overlaps: KnownOverlaps;

  constructor(overlaps: KnownOverlaps = new KnownOverlaps()) {
    this.#overlaps = overlaps;
  }

  /** Also what overlaps with another's claim: what is under way already can't be held back any more. */
  claim({ id, status, writes = [], batch }: Claimer): void {
    for (const path of writes) if (!this.#holders.has(path)) this.#holders.set(path, id);
    // Accepted work keeps its files until it is merged; its conversation is there for the next one.
    if (batch !== undefined && status !== "integrating") this.#batches.set(batch, id);
  }

  /** The first of a task's paths that another one has, or its batch. */
  clashOf({ id, writes = [], batch }: Claimer): HeldBackTask | undefined {
    for (const path of writes) {
      const by = this.#holderOf(path);
      if (by !== undefined && by !== id) return { id, path, by };
    }
    const by = batch === undefined ? undefined : this.#batches.get(batch);
    return batch === undefined || by === undefined || by === id ? undefined : { id, batch, by };
  }

  #holderOf(path: string): TaskId | undefined {
    const exact = this.#holders.get(path);
    if (exact !== undefined) return exact;
    for (const [claimed, id] of this.#holders) if (this.#overlaps.overlap(claimed, path)) return id;
    return undefined;
  }
}

type Claimer = Pick<TaskFacts, "id" | "status" | "writes" | "batch">;
