import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import { asSlotId, type CommitId, type JobId, type SlotId, type TaskId } from "../../domain/ids.ts";
import { isJobOver } from "../../domain/job-status.ts";
import type { Evidence, Job, Task } from "../../domain/model.ts";
import type { RestoredFacts } from "../../state/jobs/restored.ts";
import {
  diffOf,
  listAttemptRefs,
  listJobTips,
  mergedTasks,
  openSlot,
  rescueSlot,
  setAttemptAside,
  type AttemptRef,
  type MergedTask,
} from "../../workspace/index.ts";
import { taskRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/** The state stands as of an earlier time; git and the slots have gone on since. */
export type Restoring = Pick<Services, "state" | "engine" | "place" | "repo" | "folders" | "logger">;

const reason = "found in git after the state was restored";

/**
 * After the database was replaced by an older one: what git has merged since is completed and not done again, and what the rows
 * don't know any more is kept as rescues, so that its names are free. Safe to repeat after a death.
 */
export async function agreeWithGit(
  services: Restoring,
  restoration: Pick<RestoredFacts, "stateOf" | "setAside">,
): Promise<RestoredFacts> {
  const jobs = await services.state.jobs.list(services.repo.root);
  const tips = await listJobTips(services.repo);
  const completed: TaskId[] = [];
  const rescued: string[] = [];
  for (const job of jobs) {
    const tip = tips.get(job.id);
    if (tip === undefined) continue;
    completed.push(...(await adoptMerges(services, job, tip)));
    rescued.push(...(await setUnknownAside(services, job)));
  }
  rescued.push(...(await rescueUnknownSlots(services, jobs)));
  const unknownJobs = [...tips.keys()].filter((id) => !jobs.some((job) => job.id === id));
  const { stateOf, setAside } = restoration;
  const facts = { stateOf, setAside, completed, rescued, unknownJobs };
  await services.state.restored.say(facts);
  services.logger.warn("the state was restored", { completed: completed.length, rescued: [...rescued], setAside });
  return facts;
}

async function adoptMerges(services: Restoring, job: Job, tip: CommitId): Promise<readonly TaskId[]> {
  const { state } = services;
  const merges = await mergedTasks(services.repo, { base: job.baseCommit, tip });
  const tasks = new Map((await state.tasks.list(job.id)).map((task) => [task.id, task]));
  if (merges.length > 0 && tasks.size === 0 && !isJobOver(job.status)) await endPlanless(services, job);
  const adopted: TaskId[] = [];
  for (const merge of merges) {
    const task = tasks.get(merge.taskId);
    if (task === undefined || task.status === "completed") continue;
    if (await adopt(services, task, merge)) adopted.push(task.id);
  }
  return adopted;
}

/** With another plan its tasks would be done a second time. */
async function endPlanless({ state }: Restoring, { id, branch }: Job): Promise<void> {
  const lost = `its plan was lost with the state; what it merged stands on ${branch}`;
  await state.jobs.setStatus(id, "failed", lost);
}

async function adopt({ state, engine, repo }: Restoring, task: Task, merge: MergedTask): Promise<boolean> {
  const runId = taskRunId(task.id, task.round);
  // First: nobody may take it up again while it is being completed.
  if ((await engine.find(runId)) !== undefined) await engine.cancel(runId, reason);
  const { attemptId, commit, onto, text } = merge;
  const snapshot = (await listAttemptRefs(repo, task.jobId)).find((known) => known.attemptId === attemptId);
  const evidence: Evidence = {
    attempt: attemptId,
    attemptCommit: snapshot?.commit ?? commit,
    mergedCommit: commit,
    gates: [],
    diff: (await diffOf(repo, onto, commit)).diffStat,
    expectedOutputs: task.spec.expectedOutputs,
  };
  return state.restored.adopt({ taskId: task.id, attemptId, attemptBase: onto, evidence, text, reason });
}

/** Snapshots that the rows know nothing of: another attempt of the same number needs their names. */
async function setUnknownAside({ state, repo }: Restoring, job: Job): Promise<readonly string[]> {
  const attempts = (
    await Promise.all((await state.tasks.list(job.id)).map(({ id }) => state.attempts.list(id)))
  ).flat();
  const known = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const isKnown = ({ attemptId, ref }: AttemptRef): boolean => {
    const attempt = known.get(attemptId);
    return attempt !== undefined && (attempt.snapshotCommit !== undefined || !ref.includes("/attempt/"));
  };
  const unknown = (await listAttemptRefs(repo, job.id)).filter((ref) => !isKnown(ref));
  const kept: string[] = [];
  for (const ref of unknown) kept.push(await setAttemptAside(repo, job.id, { ...ref, reason }));
  return kept;
}

/** Slots that were made later: nobody would ever look into them again. */
async function rescueUnknownSlots(services: Restoring, jobs: readonly Job[]): Promise<readonly string[]> {
  const lists = await Promise.all(jobs.map(({ id }) => services.state.fleet.slots(id)));
  const known = new Set<string>(lists.flat().map(({ id }) => id));
  const names = (await namesIn(services.folders.slots)).filter(
    (name) => !name.endsWith(".control") && !known.has(name),
  );
  const rescued: string[] = [];
  for (const name of names) {
    const jobId = jobs.find(({ id }) => name.startsWith(`${id}.s`))?.id;
    const ref = jobId === undefined ? undefined : await rescueFolder(services, asSlotId(name), jobId);
    if (ref !== undefined) rescued.push(ref);
  }
  return rescued;
}

async function rescueFolder(services: Restoring, slotId: SlotId, jobId: JobId): Promise<string | undefined> {
  const { repo, place, folders, logger } = services;
  const path = join(folders.slots, slotId);
  try {
    await place.killMarked(slotId);
    return (await rescueSlot(await openSlot({ repo, path, slotId }), { jobId, reason }))?.ref;
  } catch (thrown) {
    // Its folder stays as it is.
    logger.warn("a slot that the state does not know can't be saved", { path, error: TuttiError.from(thrown).message });
    return undefined;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return [];
    throw thrown;
  }
}
