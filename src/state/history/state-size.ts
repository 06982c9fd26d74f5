import { sql } from "kysely";

import type { StateContext } from "../context.ts";

/** What a database holds, by what it is good for. */
export type StateShare = "prompts" | "activity" | "events" | "journals" | "checkpoints" | "rest";

const shares: readonly (readonly [StateShare, RegExp])[] = [
  ["prompts", /^(?:prompts|prompt_rewrites|interactions|history)$/],
  ["activity", /^activity$/],
  ["events", /^events$/],
  ["journals", /^engine_/],
  ["checkpoints", /^(?:checkpoints|checkpoint_states|rollbacks)$/],
];

type Pages = { readonly owner: string; readonly bytes: number };

/** Bytes of each, indexes included; what is free in the file is none of them. */
export async function stateSize({ store }: StateContext): Promise<Readonly<Record<StateShare, number>>> {
  const { rows } = await store.read((db) =>
    sql<Pages>`select coalesce(m.tbl_name, s.name) as owner, sum(s.pgsize) as bytes
      from dbstat s left join sqlite_schema m on m.name = s.name group by 1`.execute(db),
  );
  const sizes = { prompts: 0, activity: 0, events: 0, journals: 0, checkpoints: 0, rest: 0 };
  for (const { owner, bytes } of rows) sizes[shareOf(owner)] += bytes;
  return sizes;
}

const shareOf = (table: string): StateShare => shares.find(([, tables]) => tables.test(table))?.[0] ?? "rest";
