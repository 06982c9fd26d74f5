import type { RollbackRequest } from "../../domain/checkpoint/checkpoint.ts";
import { withDependents } from "../../domain/checkpoint/go-back.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asCommitId, taskIdOf, type CommitId } from "../../domain/ids.ts";
import type { Job, Task } from "../../domain/model.ts";
import { didYouMean } from "../../domain/plan/did-you-mean.ts";
import type { JobVersions } from "../../state/checkpoints/checkpoint-versions.ts";
import { mergedCommits, rebuildTip, restorePaths, type MergedCommit } from "../../workspace/index.ts";
import { jobTip } from "../integration/job-branch.ts";
import type { Services } from "../services.ts";
import type { JobCheckpoint } from "./find-checkpoint.ts";

/** What a rollback would do. Only git objects are made; whoever carries it out holds the tip. */
export type RollbackPlan = {
  readonly from: CommitId;
  readonly tip: CommitId;
  /** Ids. */
  readonly tasks: readonly string[];
  readonly paths: readonly string[];
  /** Old commit and new one. */
  readonly remade: readonly (readonly [string, string])[];
};

type Planning = {
  readonly services: Pick<Services, "state" | "repo">;
  readonly job: Job;
  readonly checkpoint: JobCheckpoint;
  readonly request: RollbackRequest;
  readonly from: CommitId;
  readonly now: readonly Task[];
  readonly versions: JobVersions;
};

/** @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID`, `CONFLICT` when the rest does not fit together without what is taken out */
export async function planRollback(
  services: Pick<Services, "state" | "repo">,
  checkpoint: JobCheckpoint,
  request: RollbackRequest,
): Promise<RollbackPlan> {
  const { state, repo } = services;
  const job = await state.jobs.get(checkpoint.jobId);
  const planning: Planning = {
    services,
    job,
    checkpoint,
    request,
    from: await jobTip(repo, job.id),
    now: await state.tasks.list(job.id),
    versions: await state.checkpoints.stateAt(checkpoint),
  };
  if (request.strategy === "selective") return planSelective(planning);
  return request.strategy === "partial" ? planPartial(planning) : planFull(planning);
}

function planFull({ checkpoint, from, now, versions }: Planning): RollbackPlan {
  if (versions.tasks.size === 0) {
    throw new TuttiError("INPUT_INVALID", `Checkpoint ${checkpoint.id} was made before the job had a plan`, {
      hint: "There is nothing to go back to: start a new job",
    });
  }
  return { from, tip: checkpoint.tip, tasks: now.map(({ id }) => id), paths: [], remade: [] };
}

async function planPartial(planning: Planning): Promise<RollbackPlan> {
  const { from, now, versions, request } = planning;
  const named = (request.tasks ?? []).map((key) => knownTask(planning, key));
  if (named.length === 0) throw missing("tasks", "partial", "--tasks writer,button");
  const edges = [
    ...now.map(({ id, dependsOn }) => ({ id: id as string, dependsOn })),
    ...[...versions.tasks].map(([id, { dependsOn }]) => ({ id, dependsOn })),
  ];
  const affected = withDependents(named, edges);
  const tasks = now.map(({ id }) => id).filter((id) => affected.has(id));
  return { from, tasks, paths: [], ...(await withoutWorkOf(planning, new Set(tasks))) };
}

function knownTask({ job, now }: Planning, key: string): string {
  if (now.some((task) => task.key === key)) return taskIdOf(job.id, key);
  const keys = now.map((task) => task.key);
  const near = didYouMean(key, keys);
  throw new TuttiError("TASK_UNKNOWN", `Job ${job.id} has no task "${key}"`, {
    hint: near === undefined ? `Its tasks: ${keys.join(", ")}` : `Did you mean ${near}?`,
  });
}

/** The branch without what tasks merged since the checkpoint, and with what they had merged by then. */
async function withoutWorkOf(
  planning: Planning,
  affected: ReadonlySet<string>,
): Promise<Pick<RollbackPlan, "tip" | "remade">> {
  const { services, job, from, now, versions } = planning;
  // A merge that is on its way is made anew, so that what is recorded and where the tip stands agree.
  const underWay = new Set<string>(now.filter(({ status }) => status === "integrating").map(({ id }) => id));
  const before = [...versions.tasks.values()].filter(({ row }) => affected.has(row.id) && row.status === "completed");
  const attempts = new Set(before.map(({ row }) => row.accepted_attempt));
  const present = await mergedCommits(services.repo, job.baseCommit, from);
  const kept = present.filter(({ task, attempt }) => {
    if (task === undefined) return true;
    return affected.has(task) ? attempts.has(attempt ?? "") : !underWay.has(task);
  });
  const standing = new Set(kept.map(({ attempt }) => attempt));
  const gone = before.filter(({ row }) => row.accepted_attempt !== null && !standing.has(row.accepted_attempt));
  const back = await Promise.all(gone.map(({ row }) => commitOf(planning, row.merged_commit)));
  return remake(planning, [...kept, ...back.flat()]);
}

/** A task without a change of its own has no commit. */
async function commitOf({ services, job }: Planning, merged: string | null): Promise<readonly MergedCommit[]> {
  if (merged === null || merged === job.baseCommit) return [];
  return (await mergedCommits(services.repo, job.baseCommit, asCommitId(merged))).slice(-1);
}

async function remake(
  { services, job, checkpoint }: Planning,
  commits: readonly MergedCommit[],
): Promise<Pick<RollbackPlan, "tip" | "remade">> {
  const rebuilt = await rebuildTip(services.repo, job.baseCommit, commits);
  if (rebuilt.status === "rebuilt") return { tip: rebuilt.tip, remade: [...rebuilt.remade] };
  const { files, with: other } = rebuilt;
  const task = other.task?.split("/").at(-1);
  const what = task === undefined ? `commit ${other.commit.slice(0, 12)}` : `the work of task ${task}`;
  const also = task === undefined ? "" : `Take ${task} back as well, or everything`;
  throw new TuttiError("CONFLICT", `Without those tasks, ${what} does not fit any more: ${files.join(", ")}`, {
    failureClass: "conflict",
    hint: `${also === "" ? "Take everything back" : also}: tutti checkpoint rollback ${checkpoint.id} --strategy full`,
    context: { files: [...files] },
  });
}

async function planSelective(planning: Planning): Promise<RollbackPlan> {
  const { services, checkpoint, request, from } = planning;
  const { paths = [] } = request;
  if (paths.length === 0) throw missing("paths", "selective", '--paths "src/**"');
  const { tip: onto, remade } = await withoutWorkOf(planning, new Set());
  const message = `Restore ${paths.join(", ")}\n\nTutti-Checkpoint: ${checkpoint.id}`;
  const restored = await restorePaths(services.repo, { tip: onto, from: checkpoint.tip, paths, message });
  if (restored === undefined) {
    throw new TuttiError(
      "INPUT_INVALID",
      `Nothing under ${paths.join(", ")} differs from checkpoint ${checkpoint.id}`,
      {
        hint: `See what does: tutti checkpoint diff ${checkpoint.id} --stat`,
      },
    );
  }
  return { from, tip: restored.commit, tasks: [], paths: restored.paths, remade };
}

const missing = (what: string, strategy: string, example: string): TuttiError =>
  new TuttiError("INPUT_INVALID", `The strategy ${strategy} needs ${what}`, { hint: `Name them: ${example}` });
