import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asCommitId, asJobId, asWorkerId, taskIdOf, type JobId } from "../domain/ids.ts";
import { parsePlan } from "../domain/plan/parse-plan.ts";
import type { PlanTask } from "../domain/plan/plan-schema.ts";
import type { JobSettings } from "../domain/settings.ts";
import { openSqliteStore } from "../stores/sqlite/sqlite-store.ts";
import type { TaskLease } from "./attempts/begin-attempt.ts";
import { stateMigrations } from "./migrations.ts";
import type { StateTables } from "./schema.ts";
import { StateManager } from "./state-manager.ts";

export const base = asCommitId("b".repeat(40));
export const tip = asCommitId("c".repeat(40));

export const settings: JobSettings = {
  models: { manager: "opus", worker: "sonnet", resolver: "opus", reviewer: "opus" },
  efforts: {},
  workers: 2,
  maxAttempts: 3,
  maxTransientRetries: 10,
  workerTimeoutMs: 1000,
  managerTimeoutMs: 1000,
  stallTimeoutMs: 1000,
  leaseMs: 1000,
  memoryPerWorkerMb: 100,
  minFreeMemoryMb: 100,
  gates: [],
  setup: [],
  copy: [],
  protectedPaths: [],
  agent: { kind: "fake", allow: [], sandbox: "off", settingSources: [] },
};

export type OpenState = AsyncDisposable & {
  readonly state: StateManager;
  readonly jobId: JobId;
  /** Advances the clock; every command reads it once. */
  readonly clock: { now: number };
};

type PlannedTask = { readonly key: string } & Partial<Omit<PlanTask, "key">>;

/** A real database in a temporary folder, with one job whose plan has the given tasks. */
export async function openState(tasks: readonly PlannedTask[], options: Partial<JobSettings> = {}): Promise<OpenState> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-state-"));
  const store = await openSqliteStore<StateTables>({ path: join(folder, "state.db"), migrations: stateMigrations });
  const clock = { now: 1_000 };
  const state = new StateManager({ store, now: () => clock.now });
  const jobId = asJobId("job-1");
  await state.jobs.create({
    id: jobId,
    projectPath: "/p",
    goal: "g",
    baseCommit: base,
    branch: "tutti/job-1",
    options: { ...settings, ...options },
  });
  const plan = parsePlan({ summary: "s", tasks: tasks.map((task) => ({ title: task.key, prompt: "p", ...task })) }, {});
  await state.tasks.addPlan(jobId, plan);
  return {
    state,
    jobId,
    clock,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Dispatches a task and leases it to a worker with the given token. */
export async function leaseTask({ state, jobId }: OpenState, key: string, token = 1): Promise<TaskLease> {
  const taskId = taskIdOf(jobId, key);
  const task = await state.tasks.get(taskId);
  const round = task.status === "pending" ? ((await state.tasks.markReady(taskId)) ?? task.round) : task.round;
  const workerId = asWorkerId(`w${token}`);
  const fence = { round, token };
  await state.tasks.lease(taskId, fence, workerId);
  return { taskId, fence, workerId };
}
