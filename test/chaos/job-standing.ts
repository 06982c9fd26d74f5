import { setTimeout as delay } from "node:timers/promises";

import type { ChaosJob } from "./world/chaos-job.ts";

export type JobStanding = {
  /** Of the newest job; `none`: there is no job yet. */
  readonly status: string;
  /** A task failed or waits for a person: `tutti retry` is what helps. */
  readonly hasFailed: boolean;
  readonly spentUsd: number;
};

const maxTries = 200;

/** What a person would see. While the database is locked or its disk is full they look again. */
export async function jobStanding(job: ChaosJob): Promise<JobStanding> {
  for (let tries = 1; ; tries += 1) {
    try {
      return look(job);
    } catch (error) {
      job.state.close();
      if (tries >= maxTries) throw error;
      await delay(100);
    }
  }
}

const helpedByRetry = "status IN ('failed', 'blocked') OR (status = 'waiting' AND waits_for = 'person')";

function look({ state }: ChaosJob): JobStanding {
  const none = { status: "none", hasFailed: false, spentUsd: 0 };
  if (state.path === undefined) return none;
  // The file comes before its tables.
  if (state.rows("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").length === 0) return none;
  const [job] = state.rows("SELECT id, status FROM jobs ORDER BY created_at DESC LIMIT 1");
  if (job === undefined) return none;
  const failed = state.rows(`SELECT 1 FROM tasks WHERE ${helpedByRetry}`);
  return { status: String(job["status"]), hasFailed: failed.length > 0, spentUsd: spentUsdOf(state) };
}

/** What the state says that all turns have cost; sums of thousandths drift in binary. */
export function spentUsdOf(state: ChaosJob["state"]): number {
  const [row] = state.rows("SELECT coalesce(sum(cost_usd), 0) AS usd FROM usage");
  return Math.round(Number(row?.["usd"] ?? 0) * 1e6) / 1e6;
}
