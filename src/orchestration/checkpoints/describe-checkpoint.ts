import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import type { CommitId, JobId } from "../../domain/ids.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import { jobStatusOf, specFromRow, taskStatusOf } from "../../state/rows.ts";
import type { JobVersions } from "../../state/checkpoints/checkpoint-versions.ts";
import { diffOf, patchOf, worktreeFiles, type DiffStat } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

export type TaskThen = {
  readonly key: string;
  readonly title: string;
  readonly status: TaskStatus;
  readonly dependsOn: readonly string[];
  readonly attempts: number;
};

/** What a checkpoint holds, for people and programs. */
export type CheckpointDetails = {
  readonly checkpoint: Checkpoint;
  readonly jobStatus?: string;
  readonly tasks: readonly TaskThen[];
  readonly conversations: readonly { readonly key: string; readonly role: string; readonly sessionId: string }[];
};

type Looking = Pick<Services, "state" | "repo">;

export async function describeCheckpoint(services: Looking, checkpoint: Checkpoint): Promise<CheckpointDetails> {
  const { jobId } = checkpoint;
  if (jobId === undefined) return { checkpoint, tasks: [], conversations: [] };
  const versions = await services.state.checkpoints.stateAt({ ...checkpoint, jobId });
  const conversations = [...versions.sessions.values()].flatMap(({ key, role, session_id: sessionId }) =>
    sessionId === null ? [] : [{ key, role, sessionId }],
  );
  const { job } = versions;
  const jobStatus = job === undefined ? {} : { jobStatus: jobStatusOf(job) };
  return { checkpoint, ...jobStatus, tasks: tasksOf(versions), conversations };
}

function tasksOf({ tasks, attempts }: JobVersions): readonly TaskThen[] {
  const counts = Map.groupBy(attempts.values(), (attempt) => attempt.task_id);
  return [...tasks.values()]
    .toSorted((a, b) => a.row.position - b.row.position)
    .map(({ row, dependsOn }) => ({
      key: row.key,
      title: specFromRow(row).title,
      status: taskStatusOf(row),
      dependsOn: dependsOn.map(keyOf),
      attempts: counts.get(row.id)?.length ?? 0,
    }));
}

const keyOf = (taskId: string): string => taskId.split("/").at(-1) ?? taskId;

export type TaskChange = { readonly key: string; readonly from: string | null; readonly to: string | null };

/** What has changed from a checkpoint to another one, or to now. */
export type CheckpointDiff = {
  readonly from: CommitId;
  readonly to: CommitId;
  readonly diffStat: DiffStat;
  readonly files: readonly { readonly path: string; readonly status: string }[];
  readonly tasks: readonly TaskChange[];
};

/** @param other - default: as it is now */
export async function diffCheckpoints(
  services: Looking,
  checkpoint: Checkpoint,
  other?: Checkpoint,
): Promise<CheckpointDiff> {
  const from = filesOf(checkpoint);
  const to = await presentOr(services, checkpoint, other);
  const { diffStat, changedFiles } = await diffOf(services.repo, from, to);
  const files = changedFiles.map(({ path, status }) => ({ path, status }));
  return { from, to, diffStat, files, tasks: await changedTasks(services, checkpoint, other) };
}

export const patchBetween = ({ repo }: Looking, diff: CheckpointDiff, isStat: boolean): Promise<string> =>
  patchOf(repo, { from: diff.from, to: diff.to, isStat });

/** Of a job: its merged work. What stood in slots is beside that. */
const filesOf = ({ kind, commit, tip }: Checkpoint): CommitId => (kind === "worktree" ? commit : tip);

async function presentOr({ state, repo }: Looking, { jobId }: Checkpoint, other?: Checkpoint): Promise<CommitId> {
  if (other !== undefined) return filesOf(other);
  return jobId === undefined ? (await worktreeFiles(repo)).commit : state.checkpoints.recordedTip(jobId);
}

async function changedTasks(
  { state }: Looking,
  checkpoint: Checkpoint,
  other: Checkpoint | undefined,
): Promise<readonly TaskChange[]> {
  const { jobId } = checkpoint;
  if (jobId === undefined) return [];
  const statuses = async ({ id }: Checkpoint, of: JobId): Promise<ReadonlyMap<string, string>> => {
    const { tasks } = await state.checkpoints.stateAt({ id, jobId: of });
    return new Map([...tasks.values()].map(({ row }) => [row.key, row.status]));
  };
  const before = await statuses(checkpoint, jobId);
  const after =
    other?.jobId === undefined
      ? new Map((await state.tasks.list(jobId)).map(({ key, status }) => [key, status]))
      : await statuses(other, other.jobId);
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ key, from: before.get(key) ?? null, to: after.get(key) ?? null }))
    .filter(({ from, to }) => from !== to);
}
