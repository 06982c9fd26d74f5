import type { Job } from "../domain/model.ts";
import type { BegunAttempt, TaskLease } from "../state/attempts/begin-attempt.ts";
import type { ActivityBuffer } from "./agent-turn/activity-buffer.ts";
import type { AgentPool } from "./workers/agent-pool.ts";
import type { Services } from "./services.ts";
import type { SlotKeeper } from "./workers/slot-keeper.ts";

/** What a process needs to talk to agents. */
export type AgentDesk = { readonly services: Services; readonly pool: AgentPool; readonly activity: ActivityBuffer };

/** What it needs besides to work on one job in its own slots. */
export type JobDesk = AgentDesk & { readonly slots: SlotKeeper; readonly job: Job };

/** What each step of an attempt is about. */
export type AttemptStep = { readonly lease: TaskLease; readonly begun: BegunAttempt };

/** What was said of a task itself goes before what is said of all. */
export function withTaskBudget(desk: JobDesk, budgetUsd: number | undefined): JobDesk {
  if (budgetUsd === undefined) return desk;
  const options = { ...desk.job.options, maxCostUsdPerTask: budgetUsd };
  return { ...desk, job: { ...desk.job, options } };
}
