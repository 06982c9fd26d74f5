import { asCommitId, type JobId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { jobRefs, ownRefs } from "../refs/ref-names.ts";
import { home, type Repository } from "../repository/repository.ts";
import { readRescue, type Rescue } from "./rescue.ts";

/** What was rescued in a repository, newest first. Needs no slot and no database. */
export async function listRescues(
  repo: Repository,
  options: { readonly jobId?: JobId } = {},
): Promise<readonly Rescue[]> {
  const below = options.jobId === undefined ? `${ownRefs}*/rescue/*` : `${jobRefs(options.jobId)}rescue/`;
  const format = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents)%00";
  const fields = (await git(home(repo), ["for-each-ref", `--format=${format}`, below])).split("\0");
  const rescues: Rescue[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const rescue = readRescue({
      ref: (fields[at] ?? "").trim(),
      commit: asCommitId(fields[at + 1] ?? ""),
      at: Number(fields[at + 2]) * 1000,
      message: fields[at + 3] ?? "",
    });
    if (rescue !== undefined) rescues.push(rescue);
  }
  return rescues.toSorted((a, b) => b.at - a.at || b.ref.localeCompare(a.ref));
}
