import type { Kysely } from "kysely";

/** What a gate's command came to on a tree that nobody has changed; it can't change any more. */
export type GateBaselineRow = {
  /** Object name of the tree. */
  tree: string;
  /** The command, and the folder that it runs in where that is not the top. */
  command: string;
  /** JSON. */
  result: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
};

export type GateBaselineTables = { gate_baselines: GateBaselineRow };

export async function createGateBaselines(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("gate_baselines")
    .addColumn("tree", "text", (c) => c.notNull())
    .addColumn("command", "text", (c) => c.notNull())
    .addColumn("result", "text", (c) => c.notNull())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("gate_baselines_pk", ["tree", "command"])
    .execute();
}
