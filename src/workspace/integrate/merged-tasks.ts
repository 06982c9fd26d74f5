import { asAttemptId, asCommitId, asTaskId, type AttemptId, type CommitId, type TaskId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { readTrailers } from "../git/trailers.ts";
import { home, type Repository } from "../repository/repository.ts";

/** A commit of the merge queue, as it tells of itself. */
export type MergedTask = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  readonly commit: CommitId;
  /** What it was merged onto. */
  readonly onto: CommitId;
  /** What the agent said. */
  readonly text: string;
};

/** What stands on a job's tip beyond its base, the oldest first. Needs no database. */
export async function mergedTasks(
  repo: Repository,
  { base, tip }: { readonly base: CommitId; readonly tip: CommitId },
): Promise<readonly MergedTask[]> {
  const format = "%H%x00%P%x00%B%x00%x01";
  const log = await git(home(repo), ["log", "--first-parent", "--reverse", `--format=${format}`, `${base}..${tip}`]);
  return log.split("\u0001").flatMap(read);
}

function read(entry: string): readonly MergedTask[] {
  const [commit = "", parents = "", message = ""] = entry.trimStart().split("\0");
  const { "Tutti-Task": task, "Tutti-Attempt": attempt } = readTrailers(message);
  const [onto] = parents.split(" ");
  if (task === undefined || attempt === undefined || onto === undefined || onto === "") return [];
  const paragraphs = message.trim().split(/\n\n+/);
  const text = paragraphs.slice(1, -1).join("\n\n");
  const ids = { taskId: asTaskId(task), attemptId: asAttemptId(attempt) };
  return [{ ...ids, commit: asCommitId(commit), onto: asCommitId(onto), text }];
}
