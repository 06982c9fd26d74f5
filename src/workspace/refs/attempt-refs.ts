import { asAttemptId, asCommitId, type AttemptId, type CommitId, type JobId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { fromRefSafe, jobOfRef, jobRefs, ownRefs } from "./ref-names.ts";

export type AttemptRef = { readonly ref: string; readonly attemptId: AttemptId; readonly commit: CommitId };

/** The snapshots of a job's attempts, whatever the state knows of them. */
export async function listAttemptRefs(repo: Repository, jobId: JobId): Promise<readonly AttemptRef[]> {
  const folders = ["attempt/", "snapshot/"].map((kind) => `${jobRefs(jobId)}${kind}`);
  const lines = await listed(repo, folders);
  return lines.map(({ ref, commit }) => {
    const [, name = ""] = ref.slice(jobRefs(jobId).length).split("/");
    return { ref, commit, attemptId: asAttemptId(fromRefSafe(name)) };
  });
}

/** Every job that has a tip in this repository. */
export async function listJobTips(repo: Repository): Promise<ReadonlyMap<JobId, CommitId>> {
  const tips = await listed(repo, [`${ownRefs}*/tip`]);
  return new Map(
    tips.flatMap(({ ref, commit }) => {
      const jobId = jobOfRef(ref);
      return jobId === undefined ? [] : [[jobId, commit] as const];
    }),
  );
}

async function listed(repo: Repository, patterns: readonly string[]) {
  const answer = await git(home(repo), ["for-each-ref", "--format=%(objectname) %(refname)", ...patterns]);
  return answer
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [commit = "", ref = ""] = line.split(" ");
      return { ref, commit: asCommitId(commit) };
    });
}
