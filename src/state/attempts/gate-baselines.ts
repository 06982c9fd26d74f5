import type { GateAtBase } from "../../domain/evidence.ts";
import type { StateContext } from "../context.ts";
import type { GateBaselineRow } from "./gate-baseline-tables.ts";
import { baselineFromText } from "../rows.ts";

export type BaselineKey = Pick<GateBaselineRow, "tree" | "command">;

/** Remembers gates by tree and command, so that each runs there once. */
export class GateBaselines {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async find({ tree, command }: BaselineKey): Promise<Omit<GateAtBase, "comparison"> | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("gate_baselines")
        .select("result")
        .where("tree", "=", tree)
        .where("command", "=", command)
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : baselineFromText(row.result);
  }

  /** The first one stays: two workers may have run it at once. */
  async remember({ tree, command }: BaselineKey, result: Omit<GateAtBase, "comparison">): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write((tx) =>
      tx
        .insertInto("gate_baselines")
        .values({ tree, command, result: JSON.stringify(result), at })
        .onConflict((conflict) => conflict.columns(["tree", "command"]).doNothing())
        .execute(),
    );
  }
}
