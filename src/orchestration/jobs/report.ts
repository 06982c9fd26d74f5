import { totalUsage, type Usage } from "../../domain/budget/usage.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { JobReport, Review, TaskReport } from "../../domain/job-report.ts";
import type { StateManager } from "../../state/state-manager.ts";

export type ReportFacts = {
  readonly state: StateManager;
  /** Goals and titles may be a person's own words. */
  readonly redact: (text: string) => string;
  readonly job: Job;
  /** Where the job's merged work stands. */
  readonly tipCommit: string;
  /** The job's branch does not stand there: a person has moved it, or has it checked out. */
  readonly isBranchElsewhere: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly review: Review | undefined;
  /** Why there is no review. */
  readonly reviewProblem: string | undefined;
};

/** What a job came to, from what is recorded: nothing of it but the review is a model's word. */
export async function buildReport(facts: ReportFacts): Promise<JobReport> {
  const { state, redact, job, tipCommit, isBranchElsewhere, now, review, reviewProblem } = facts;
  const [tasks, usage, byTask] = await Promise.all([
    state.tasks.list(job.id),
    state.sessions.usageOfJob(job.id),
    state.sessions.usageByTask(job.id),
  ]);
  return {
    jobId: job.id,
    goal: redact(job.goal),
    branch: job.branch,
    baseCommit: job.baseCommit,
    tipCommit,
    ...(isBranchElsewhere ? { isBranchElsewhere } : {}),
    tasks: await Promise.all(tasks.map((task) => reportTask(facts, task, byTask.get(task.id) ?? {}))),
    usage,
    total: totalUsage(usage),
    durationMs: now - job.createdAt,
    review,
    reviewProblem,
  };
}

async function reportTask({ state, redact }: ReportFacts, task: Task, usage: Usage): Promise<TaskReport> {
  const attempts = await state.attempts.list(task.id);
  const last = attempts.at(-1);
  const judged = attempts.find(({ id }) => id === task.evidence?.attempt) ?? last;
  const quality = judged?.quality;
  const isTimed = task.startedAt !== undefined && task.endedAt !== undefined;
  return {
    key: task.key,
    title: redact(task.spec.title),
    status: task.status,
    reason: task.reason,
    attempts: attempts.length,
    mergedCommit: task.status === "completed" ? task.mergedCommit : undefined,
    diff: task.evidence?.diff,
    gates: task.evidence?.gates ?? last?.gates ?? [],
    ...(quality === undefined ? {} : { quality }),
    ...(task.evidence?.proof === undefined ? {} : { proof: task.evidence.proof }),
    expectedOutputs: task.spec.expectedOutputs,
    claim: last?.outcome?.text,
    usage,
    ...(task.evidence?.replayOf === undefined ? {} : { replayOf: task.evidence.replayOf.attempt }),
    durationMs: isTimed ? (task.endedAt ?? 0) - (task.startedAt ?? 0) : undefined,
  };
}
