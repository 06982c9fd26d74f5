import { sql, type Kysely } from "kysely";

import type { Budget } from "../../domain/budget/budget.ts";
import type { PartLimit } from "../../domain/budget/part-limit.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import type { StateTables } from "../schema.ts";

/** The limits that hold for a turn; an absent one does not. All amounts in US dollars. */
export type Caps = {
  readonly maxCostUsdPerProject?: number;
  /** The limit of the project counts what was spent from here on, in milliseconds since the Unix epoch. */
  readonly projectSince: number;
  readonly maxCostUsdPerJob?: number;
  readonly maxCostUsdPerTask?: number;
  /** Of the parts of a workflow around a task, outermost first. */
  readonly parts?: readonly PartLimit[];
  /** Count a cost that nobody knows as nothing. */
  readonly allowsUnpriced: boolean;
};

export type BudgetPlace = { readonly jobId: JobId; readonly taskId?: TaskId };

/** The capped levels of a place in the tree, outermost first, with what was spent and what is set aside there. */
export async function readChain(
  db: Kysely<StateTables>,
  { jobId, taskId }: BudgetPlace,
  caps: Caps,
): Promise<readonly Budget[]> {
  const levels: readonly Level[] = [
    { level: "project", limitUsd: caps.maxCostUsdPerProject, isIn: inProjectOf(jobId), since: caps.projectSince },
    { level: "job", limitUsd: caps.maxCostUsdPerJob, isIn: sql<boolean>`job_id = ${jobId}`, since: 0 },
    ...(caps.parts ?? []).map((part) => partLevel(jobId, part)),
    {
      level: "task",
      limitUsd: taskId === undefined ? undefined : caps.maxCostUsdPerTask,
      isIn: sql<boolean>`task_id = ${taskId ?? null}`,
      since: 0,
    },
  ];
  const chain: Budget[] = [];
  for (const level of levels) {
    const { limitUsd } = level;
    if (limitUsd !== undefined) chain.push(await readBudget(db, { ...level, limitUsd }, caps));
  }
  return chain;
}

/** A part's budget as it stands: of all the agents that were ever asked for in it. */
export const readPart = (
  db: Kysely<StateTables>,
  { jobId, part, allowsUnpriced }: { readonly jobId: JobId; readonly part: PartLimit } & Pick<Caps, "allowsUnpriced">,
): Promise<Budget> => readBudget(db, partLevel(jobId, part), { allowsUnpriced });

const partLevel = (jobId: JobId, { path, limitUsd, sharers }: PartLimit) => ({
  level: "part" as const,
  part: { path, sharers },
  limitUsd,
  isIn: sql<boolean>`job_id = ${jobId} and task_id in (
    select p.task_id from part_limits p where p.job_id = ${jobId} and p.path = ${path}
  )`,
  since: 0,
});

type Level = Pick<Budget, "level" | "part"> & {
  readonly limitUsd: number | undefined;
  readonly isIn: ReturnType<typeof sql<boolean>>;
  readonly since: number;
};

const inProjectOf = (jobId: JobId) =>
  sql<boolean>`job_id in (select id from jobs where project_path = (select project_path from jobs where id = ${jobId}))`;

type Sums = { readonly knownUsd: number | null; readonly unknownTurns: number };
type Reserved = { readonly spentUsd: number | null; readonly reservedUsd: number | null };

/** Turns under way count with what they have used so far; what is left of their reservations is set aside. */
async function readBudget(
  db: Kysely<StateTables>,
  { level, part, limitUsd, isIn, since }: Level & { readonly limitUsd: number },
  { allowsUnpriced }: Pick<Caps, "allowsUnpriced">,
): Promise<Budget> {
  const { rows: free } = await sql<Sums>`
    select sum(cost_usd) as "knownUsd", count(*) - count(cost_usd) as "unknownTurns" from usage
    where ${isIn} and at >= ${since} and not exists (
      select 1 from reservations r where r.session_key = usage.session_key and r.turn = usage.turn
    )`.execute(db);
  const { rows: reserved } = await sql<Reserved>`
    select sum(coalesce(spent_usd, used_usd)) as "spentUsd",
      sum(case when settled_at is null and reserved_usd > used_usd then reserved_usd - used_usd else 0 end) as "reservedUsd"
    from (
      select spent_usd, settled_at, coalesce(reserved_usd, 0) as reserved_usd, (
        select coalesce(sum(u.cost_usd), 0) from usage u where u.session_key = r.session_key and u.turn = r.turn
      ) as used_usd
      from reservations r where ${isIn} and (settled_at is null or settled_at >= ${since})
    ) as turns`.execute(db);
  const unreserved = free[0] ?? { knownUsd: 0, unknownTurns: 0 };
  const isUnknown = unreserved.unknownTurns > 0 && !allowsUnpriced;
  const spentUsd = (unreserved.knownUsd ?? 0) + (reserved[0]?.spentUsd ?? 0);
  return {
    level,
    ...(part === undefined ? {} : { part }),
    limitUsd,
    reservedUsd: reserved[0]?.reservedUsd ?? 0,
    spentUsd: isUnknown ? null : spentUsd,
  };
}
