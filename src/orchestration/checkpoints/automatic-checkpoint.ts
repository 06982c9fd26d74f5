import type { KeptFiles } from "../../domain/checkpoint/checkpoint.ts";
import type { JobId, TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { BegunAttempt } from "../../state/attempts/begin-attempt.ts";
import type { Services } from "../services.ts";
import { makeCheckpoint } from "./make-checkpoint.ts";
import { pruneInPassing } from "./prune-checkpoints.ts";
import { filesOfAttempt } from "./unfinished-files.ts";

export type CheckpointMoment = {
  readonly services: Services;
  readonly job: Job;
  readonly taskId: TaskId;
  /** Absent: it is before a merge. */
  readonly begun?: BegunAttempt;
};

/** How many more than the limit there may be before the surplus is removed: all at once, which costs as much as one. */
const slack = 16;

/** Keeps the moment before an attempt or a merge, where the project wants that. Costs a ref and what has changed since the last one. */
export async function checkpointBefore({ services, job, taskId, begun }: CheckpointMoment): Promise<void> {
  const rules = job.options.checkpoints;
  if (rules?.automatic !== true) return;
  const kind = begun === undefined ? "integration" : "attempt";
  const files = await filesBefore(services, job.id, begun);
  await makeCheckpoint(services, { jobId: job.id, kind, taskId, files, isWhileAtWork: true });
  if ((await services.state.checkpoints.count(job.id)) <= rules.keep + slack) return;
  await pruneInPassing(services, { rules, jobId: job.id });
}

/** Of other attempts under way: what they began with. Nobody looks into a slot in which an agent is at work. */
async function filesBefore(
  services: Services,
  jobId: JobId,
  begun: BegunAttempt | undefined,
): Promise<readonly KeptFiles[]> {
  const { attempts, checkpoints } = services.state;
  const known = await checkpoints.newestFiles(jobId);
  const own = begun === undefined ? undefined : await ownFiles(services, begun);
  if (known.length === 0) return own === undefined ? [] : [own];
  const unfinished = new Set((await attempts.unfinished(jobId)).map(({ id }) => id));
  const others = known.filter(({ attempt }) => attempt !== begun?.id && unfinished.has(attempt));
  return own === undefined ? others : [...others, own];
}

/** One that begins with nothing but its base has none; one that goes on in a slot may have been changed by anything. */
async function ownFiles(services: Services, begun: BegunAttempt): Promise<KeptFiles | undefined> {
  if (begun.slotId === undefined && !begun.isContinuation) return undefined;
  return filesOfAttempt(services, await services.state.attempts.get(begun.id));
}
