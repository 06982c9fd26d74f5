import { z } from "zod";

import type { DoneTask } from "../../domain/workflow/usual-call.ts";
import type { StateContext } from "../context.ts";

const newest = 1_000;
const specSchema = z.looseObject({ agent: z.string().exactOptional() });

/** What the tasks took that were completed, the newest thousand of a project. Those whose result was replayed took nothing and are left out. */
export async function doneTasks(
  { store }: Pick<StateContext, "store">,
  projectPath: string,
): Promise<readonly DoneTask[]> {
  const rows = await store.read((db) =>
    db
      .selectFrom("tasks")
      .innerJoin("jobs", "jobs.id", "tasks.job_id")
      .innerJoin("usage", "usage.task_id", "tasks.id")
      .select(["tasks.id", "tasks.spec", "tasks.started_at", "tasks.ended_at"])
      .select(({ fn }) => [fn.sum<number>("usage.cost_usd").as("cost"), fn.countAll<number>().as("turns")])
      .select(({ fn }) => fn.count<number>("usage.cost_usd").as("priced"))
      .where("jobs.project_path", "=", projectPath)
      .where("tasks.status", "=", "completed")
      .groupBy(["tasks.id", "tasks.spec", "tasks.started_at", "tasks.ended_at"])
      .orderBy("tasks.ended_at", "desc")
      .limit(newest)
      .execute(),
  );
  return rows.flatMap(({ spec, started_at: startedAt, ended_at: endedAt, cost, turns, priced }) => {
    if (startedAt === null || endedAt === null) return [];
    const { agent: profile } = specSchema.parse(JSON.parse(spec));
    return [{ profile, durationMs: endedAt - startedAt, costUsd: turns === priced ? cost : null }];
  });
}
