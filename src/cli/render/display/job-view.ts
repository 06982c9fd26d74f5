import { totalUsage, type Usage, type UsageTotal } from "../../../domain/budget/usage.ts";
import type { EventData } from "../../../domain/events.ts";
import type { JobId, TaskId } from "../../../domain/ids.ts";
import type { JobStatus } from "../../../domain/job-status.ts";
import type { Job, Task } from "../../../domain/model.ts";
import type { TaskStatus } from "../../../domain/task-status.ts";
import type { WorkflowTrace } from "../../../domain/workflow/trace.ts";

/** What somebody does just now. `step` is ours: a gate, a merge. */
export type ActivityView = {
  readonly kind: "tool" | "text" | "retry" | "step";
  readonly text: string;
  readonly at: number;
};

/** A task as a person watches it. Times are milliseconds since the Unix epoch. */
export type TaskView = {
  readonly id: TaskId;
  readonly key: string;
  readonly title: string;
  readonly priority: number;
  readonly dependsOn: readonly TaskId[];
  readonly status: TaskStatus;
  /** When the status was last seen to change. */
  readonly since: number | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** 0 before the first one. */
  readonly attempt: number;
  readonly workerId: string | undefined;
  readonly activity: ActivityView | undefined;
  readonly reason: string | undefined;
  /** Absent while nothing was used. */
  readonly usage: UsageTotal | undefined;
};

export type PauseView = {
  readonly account: string;
  readonly since: number;
  /** `null` when the server didn't say. */
  readonly until: number | null;
  readonly message: string;
};

export type RescueView = {
  readonly at: number;
  readonly ref: string;
  readonly slot: string;
  readonly reason: string;
};

export type WarningView = {
  readonly at: number;
  readonly type:
    "checkout-moved" | "permission-denied" | "circuit-opened" | "slot-left-aside" | "supervisor-unavailable";
  readonly taskKey: string | undefined;
  readonly text: string;
};

/** A job as a person watches it: a fold over its events and activity. */
export type JobView = {
  readonly jobId: JobId;
  readonly goal: string;
  readonly branch: string;
  readonly status: JobStatus;
  readonly reason: string | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  /** Tasks at once at the most. */
  readonly workers: number;
  /** In the order of the plan. */
  readonly tasks: readonly TaskView[];
  readonly placeOf: ReadonlyMap<string, number>;
  /** Of the manager or the reviewer. */
  readonly activity: (ActivityView & { readonly role: string }) | undefined;
  readonly usage: UsageTotal | undefined;
  readonly pauses: readonly PauseView[];
  /** While it waits for a reset to go on by itself. */
  readonly resume: EventData["resume-scheduled"] | undefined;
  /** Why fewer agents run than the job allows. */
  readonly hold: EventData["workers-held"] | undefined;
  readonly rescues: readonly RescueView[];
  /** The last ones, oldest first; `warningCount` counts all. */
  readonly warnings: readonly WarningView[];
  readonly warningCount: number;
  /** Of a job of strategy `workflow`, once that has begun. */
  readonly workflow: WorkflowTrace | undefined;
  /** The last event and activity in it: where reading goes on. */
  readonly eventSeq: number;
  readonly activitySeq: number;
};

/** The job before any event is folded in. What only events say (attempts, warnings) is not in it yet. */
export function initialJobView(job: Job, tasks: readonly Task[]): JobView {
  const view: JobView = {
    jobId: job.id,
    goal: job.goal,
    branch: job.branch,
    status: job.status,
    reason: undefined,
    createdAt: job.createdAt,
    endedAt: job.endedAt,
    workers: job.options.workers,
    tasks: [],
    placeOf: new Map(),
    activity: undefined,
    usage: undefined,
    pauses: [],
    resume: undefined,
    hold: undefined,
    rescues: [],
    warnings: [],
    warningCount: 0,
    workflow: undefined,
    eventSeq: 0,
    activitySeq: 0,
  };
  return withTasks(view, tasks);
}

/** Adds the tasks of a plan that was accepted meanwhile; those that are known stay as they are. */
export function withTasks(view: JobView, tasks: readonly Task[]): JobView {
  const added = tasks.filter(({ id }) => !view.placeOf.has(id)).map(viewOf);
  if (added.length === 0) return view;
  const all = [...view.tasks, ...added];
  return { ...view, tasks: all, placeOf: new Map(all.map(({ id }, place) => [id, place])) };
}

const viewOf = (task: Task): TaskView => ({
  id: task.id,
  key: task.key,
  title: task.spec.title,
  priority: task.priority,
  dependsOn: task.dependsOn,
  status: task.status,
  since: task.endedAt ?? task.startedAt,
  startedAt: task.startedAt,
  endedAt: task.endedAt,
  attempt: 0,
  workerId: task.workerId,
  activity: undefined,
  reason: task.reason,
  usage: undefined,
});

/** Usage is read from its own table: it is not in the events while a turn runs. */
export function withUsage(view: JobView, usageByTask: ReadonlyMap<string, Usage>, usageOfJob: Usage): JobView {
  const tasks = view.tasks.map((task) => {
    const usage = usageByTask.get(task.id);
    return usage === undefined ? task : { ...task, usage: totalUsage(usage) };
  });
  return { ...view, tasks, usage: Object.keys(usageOfJob).length === 0 ? view.usage : totalUsage(usageOfJob) };
}
