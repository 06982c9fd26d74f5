import type { StateContext } from "./context.ts";

/** Commands and queries on rollbacks. */
export class Rollbacks {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Ids of the checkpoints that rollbacks under way go back to, and of those before them. */
  async neededCheckpoints(): Promise<ReadonlySet<string>> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("rollbacks").select(["id", "checkpoint_id"]).where("status", "=", "pending").execute(),
    );
    return new Set(rows.flatMap(({ id, checkpoint_id }) => [id, checkpoint_id]));
  }
}
