import { addUsage, type Usage } from "../../domain/budget/usage.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, TaskId } from "../../domain/ids.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import { readyTasks } from "../../domain/schedule/ready-tasks.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import type { StateManager } from "../../state/state-manager.ts";
import { diffOf, patchOf, type DiffStat } from "../../workspace/index.ts";
import { asJobSays, factsOf } from "../../domain/schedule/task-facts.ts";
import type { Services } from "../services.ts";

/** Why a task does not start now, and because of which other task. */
export type HeldBy =
  | { readonly why: "dependency"; readonly by: TaskId; readonly status: TaskStatus }
  /** Both may write the file; `by` goes first. */
  | { readonly why: "same-file"; readonly by: TaskId; readonly path: string }
  /** Both belong to the batch; `by` goes first. */
  | { readonly why: "same-batch"; readonly by: TaskId; readonly batch: string };

/** Empty for a task that may start, has started or has come to an end. */
export async function heldBy(state: StateManager, { id, jobId, status, dependsOn }: Task): Promise<readonly HeldBy[]> {
  if (status !== "pending" && status !== "blocked") return [];
  const [tasks, { options }] = await Promise.all([state.tasks.list(jobId), state.jobs.get(jobId)]);
  const statuses = new Map(tasks.map((task) => [task.id, task.status]));
  const needed = dependsOn.flatMap((by): readonly HeldBy[] => {
    const its = statuses.get(by);
    return its === undefined || its === "completed" ? [] : [{ why: "dependency", by, status: its }];
  });
  if (needed.length > 0) return needed;
  const facts = tasks.map((task) => asJobSays(factsOf(task), options));
  const clash = readyTasks(facts).heldBack.find((task) => task.id === id);
  if (clash === undefined) return [];
  const { by } = clash;
  return "path" in clash
    ? [{ why: "same-file", by, path: clash.path }]
    : [{ why: "same-batch", by, batch: clash.batch }];
}

/** The attempt that was made at this time: they follow one another. */
export const attemptAt = (attempts: readonly Attempt[], at: number): Attempt | undefined =>
  attempts.findLast(({ startedAt }) => startedAt <= at) ?? attempts[0];

/** What each attempt has used, by its number; conflicts that were settled for it count as its own. */
export async function usageByAttempt(
  { state, repo }: { readonly state: StateManager; readonly repo: { readonly root: string } },
  { jobId, key }: Task,
  attempts: readonly Attempt[],
): Promise<ReadonlyMap<number, Usage>> {
  const entries = (await state.costs.list({ projectPath: repo.root, jobId })).filter(({ taskKey }) => taskKey === key);
  const byAttempt = Map.groupBy(entries, ({ at }) => attemptAt(attempts, at)?.number ?? 0);
  return new Map(
    [...byAttempt].map(([number, own]) => [number, addUsage(...own.map(({ model, used }) => ({ [model]: used })))]),
  );
}

/** The change that an attempt had made to the files when it was looked at last. */
export type AttemptPatch = {
  readonly attempt: number;
  readonly status: Attempt["status"];
  readonly from: CommitId;
  readonly to: CommitId;
  readonly stat: DiffStat;
  /** A unified diff that `git apply` takes; with `isStat` a line for each file. */
  readonly text: string;
};

export type PatchRequest = {
  /** Its number. Default: the accepted attempt, else the last one with a snapshot. */
  readonly attempt?: number;
  readonly isStat?: boolean;
};

/** @throws {TuttiError} `INPUT_INVALID` when there is no such attempt, or it has no snapshot yet */
export async function attemptPatch(
  { state, repo }: Pick<Services, "state" | "repo">,
  task: Task,
  { attempt: number, isStat = false }: PatchRequest,
): Promise<AttemptPatch> {
  const attempts = await state.attempts.list(task.id);
  const chosen = number === undefined ? lastSnapshot(task, attempts) : numberedAttempt(task, attempts, number);
  const { baseCommit: from, snapshotCommit: to } = chosen ?? {};
  if (chosen === undefined || from === undefined || to === undefined) throw noSnapshot(task, number);
  const [{ diffStat }, text] = await Promise.all([diffOf(repo, from, to), patchOf(repo, { from, to, isStat })]);
  return { attempt: chosen.number, status: chosen.status, from, to, stat: diffStat, text };
}

const lastSnapshot = ({ acceptedAttempt }: Task, attempts: readonly Attempt[]): Attempt | undefined =>
  attempts.find(({ id, snapshotCommit }) => id === acceptedAttempt && snapshotCommit !== undefined) ??
  attempts.findLast(({ snapshotCommit }) => snapshotCommit !== undefined);

/** @throws {TuttiError} `INPUT_INVALID` */
export function numberedAttempt({ key }: Task, attempts: readonly Attempt[], number: number): Attempt {
  const found = attempts.find((attempt) => attempt.number === number);
  if (found !== undefined) return found;
  throw new TuttiError("INPUT_INVALID", `Task ${key} has no attempt ${number}`, {
    hint: attempts.length === 0 ? "It has not been started" : `It has had ${attempts.length}, numbered from 1`,
    context: { task: key, attempt: number },
  });
}

const noSnapshot = ({ id, key, status }: Task, number: number | undefined): TuttiError =>
  new TuttiError(
    "INPUT_INVALID",
    number === undefined
      ? `Task ${key} is ${status} and nothing that it did has been looked at yet`
      : `Attempt ${number} of task ${key} has not been looked at yet`,
    { hint: "A snapshot is made when the agent has finished: see tutti task show", context: { task: id } },
  );
