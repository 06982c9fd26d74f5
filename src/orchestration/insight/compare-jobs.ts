import { totalUsage } from "../../domain/budget/usage.ts";
import type { Job } from "../../domain/model.ts";
import type { DiffStat } from "../../domain/evidence.ts";
import { diffOf } from "../../workspace/index.ts";
import { jobTip } from "../integration/job-branch.ts";
import type { Services } from "../services.ts";

/** What a job came to, as far as it can be told beside another one. */
export type JobFigures = {
  readonly jobId: string;
  readonly status: string;
  readonly workerModel: string;
  readonly tasks: number;
  readonly completed: number;
  /** Begun in this job; what it took over from another one was done there. */
  readonly attempts: number;
  readonly gatesPassed: number;
  readonly gatesFailed: number;
  readonly totalTokens: number;
  /** `null`: at least one model has no known price. */
  readonly costUsd: number | null;
  /** In which agents worked on attempts, added up. */
  readonly agentMs: number;
  /** From its making to its end, or until now. */
  readonly elapsedMs: number;
  /** Of its branch against the job's base. */
  readonly diff: DiffStat;
};

export async function jobFigures(services: Pick<Services, "state" | "repo" | "now">, job: Job): Promise<JobFigures> {
  const { state, repo, now } = services;
  const tasks = await state.tasks.list(job.id);
  const attempts = (await Promise.all(tasks.map(({ id }) => state.attempts.list(id)))).flat();
  const gates = attempts.flatMap((attempt) => attempt.gates);
  const used = totalUsage(await state.sessions.usageOfJob(job.id));
  const { diffStat } = await diffOf(repo, job.baseCommit, await jobTip(repo, job.id));
  return {
    jobId: job.id,
    status: job.status,
    workerModel: job.options.models.worker,
    tasks: tasks.length,
    completed: tasks.filter(({ status }) => status === "completed").length,
    attempts: attempts.length,
    gatesPassed: gates.filter(({ isOk }) => isOk).length,
    gatesFailed: gates.filter(({ isOk }) => !isOk).length,
    totalTokens: used.totalTokens,
    costUsd: used.costUsd,
    agentMs: attempts.reduce((sum, { outcome }) => sum + (outcome?.durationMs ?? 0), 0),
    elapsedMs: (job.endedAt ?? now()) - job.createdAt,
    diff: diffStat,
  };
}
