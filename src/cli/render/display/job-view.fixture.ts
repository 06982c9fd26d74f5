import type { Activity, EventData, EventType, StoredEvent } from "../../../domain/events.ts";
import { asCommitId, asJobId, taskIdOf } from "../../../domain/ids.ts";
import type { Job, Task } from "../../../domain/model.ts";
import { parsePlan } from "../../../domain/plan/parse-plan.ts";
import type { PlanTask } from "../../../domain/plan/plan-schema.ts";
import type { TaskStatus } from "../../../domain/task-status.ts";
import { settings } from "../../../state/state-manager.fixture.ts";
import { initialJobView, type JobView } from "./job-view.ts";
import { reduceJobView } from "./reduce-job-view.ts";

export const jobId = asJobId("add-a-csv-3f2a");
export const startedAt = Date.UTC(2026, 10, 21, 12, 0, 0);

export const job: Job = {
  id: jobId,
  projectPath: "/p",
  goal: "Add a CSV export",
  status: "running",
  strategy: "manager",
  orchestratorId: undefined,
  dispatchKey: undefined,
  isPauseRequested: false,
  baseCommit: asCommitId("b".repeat(40)),
  branch: "tutti/add-a-csv-3f2a",
  options: settings,
  plan: undefined,
  round: 1,
  report: undefined,
  createdAt: startedAt,
  endedAt: undefined,
};

export type TaskSketch = {
  readonly key: string;
  readonly title?: string;
  readonly dependsOn?: readonly string[];
  readonly status?: TaskStatus;
};

export function tasksOf(sketches: readonly TaskSketch[]): readonly Task[] {
  if (sketches.length === 0) return [];
  const tasks = sketches.map(({ key, title = key, dependsOn = [] }) => ({ key, title, prompt: "p", dependsOn }));
  return parsePlan({ summary: "s", tasks }).tasks.map((spec, at) =>
    taskOf(spec, at, sketches[at]?.status ?? "pending"),
  );
}

const taskOf = (spec: PlanTask, position: number, status: TaskStatus): Task => ({
  id: taskIdOf(jobId, spec.key),
  jobId,
  key: spec.key,
  position,
  status,
  reason: undefined,
  waitsFor: undefined,
  spec,
  priority: spec.priority,
  dependsOn: spec.dependsOn.map((key) => taskIdOf(jobId, key)),
  round: 1,
  workerId: undefined,
  failures: 0,
  acceptedAttempt: undefined,
  mergedCommit: undefined,
  evidence: undefined,
  startedAt: undefined,
  endedAt: undefined,
});

export type EventLogSketch = {
  readonly items: readonly (StoredEvent | Activity)[];
  /** Seconds after the job's start. */
  event<Type extends EventType>(second: number, type: Type, data: EventData[Type], key?: string): void;
  activity(second: number, text: string, place?: { key?: string; role?: string; kind?: Activity["kind"] }): void;
};

/** Writes events and activity as the state would, with growing numbers. */
export function eventLog(): EventLogSketch {
  const items: (StoredEvent | Activity)[] = [];
  let seq = 0;
  return {
    items,
    event: (second, type, data, key) => {
      seq += 1;
      const taskId = key === undefined ? null : taskIdOf(jobId, key);
      items.push({ seq, at: startedAt + second * 1000, type, jobId, taskId, attemptId: null, data } as StoredEvent);
    },
    activity: (second, text, { key, role = "worker", kind = "tool" } = {}) => {
      seq += 1;
      const taskId = key === undefined ? null : taskIdOf(jobId, key);
      items.push({ seq, at: startedAt + second * 1000, jobId, taskId, role, kind, text });
    },
  };
}

/** Takes a task from pending to running with its first attempt. */
export function startTask(log: EventLogSketch, second: number, key: string): void {
  log.event(second, "task-status-changed", { from: "pending", to: "ready" }, key);
  log.event(second, "task-status-changed", { from: "ready", to: "leased" }, key);
  log.event(second, "task-status-changed", { from: "leased", to: "running" }, key);
  log.event(second, "attempt-started", { number: 1, workerId: "w1", baseCommit: "b" }, key);
}

export function endTask(log: EventLogSketch, second: number, key: string, to: TaskStatus = "completed"): void {
  log.event(second, "task-status-changed", { from: "integrating", to }, key);
}

export const foldAll = (view: JobView, log: EventLogSketch): JobView =>
  log.items.reduce((folded, item) => reduceJobView(folded, item), view);

export const viewOf = (sketches: readonly TaskSketch[]): JobView => initialJobView(job, tasksOf(sketches));

export const used = (totalTokens: number, costUsd: number | null) => ({
  "claude-sonnet-5-5": {
    inputTokens: totalTokens,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costUsd,
  },
});
