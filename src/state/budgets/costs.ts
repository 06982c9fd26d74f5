import type { CostEntry } from "../../domain/budget/cost-summary.ts";
import type { ConversationOrigin } from "../../domain/model.ts";
import type { StateContext } from "../context.ts";
import { originFromText } from "../rows.ts";

export type CostFilter = {
  readonly projectPath: string;
  /** Default: every job of the project. */
  readonly jobId?: string;
  /** Only from this time on, in milliseconds since the Unix epoch. Default: from the beginning. */
  readonly since?: number;
};

/** Queries on what turns have cost. A turn counts for the moment at which its usage was last written. */
export class Costs {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Oldest job first, then by time. */
  async list({ projectPath, jobId, since }: CostFilter): Promise<readonly CostEntry[]> {
    const rows = await this.#context.store.read((db) => {
      let query = db
        .selectFrom("usage")
        .innerJoin("jobs", "jobs.id", "usage.job_id")
        .leftJoin("tasks", "tasks.id", "usage.task_id")
        // A conversation is named for the attempt that it began with.
        .leftJoin("attempts", "attempts.id", "usage.session_key")
        .selectAll("usage")
        .select(["tasks.key as task_key", "attempts.origin as origin"])
        .where("jobs.project_path", "=", projectPath);
      if (jobId !== undefined) query = query.where("usage.job_id", "=", jobId);
      if (since !== undefined) query = query.where("usage.at", ">=", since);
      return query.orderBy("jobs.created_at").orderBy("jobs.id").orderBy("usage.at").execute();
    });
    return rows.map((row) => ({
      jobId: row.job_id,
      taskKey: row.task_key ?? undefined,
      role: row.role,
      model: row.model,
      at: row.at,
      turn: `${row.session_key}#${row.turn}`,
      ...forkOf(originFromText(row.origin)),
      used: {
        inputTokens: row.input_tokens,
        outputTokens: row.output_tokens,
        cacheReadTokens: row.cache_read_tokens,
        cacheWriteTokens: row.cache_write_tokens,
        costUsd: row.cost_usd,
      },
    }));
  }
}

const forkOf = (origin: ConversationOrigin | undefined): Pick<CostEntry, "forkOf"> =>
  origin?.isForked === true && origin.of !== "checkpoint" ? { forkOf: origin.of } : {};
