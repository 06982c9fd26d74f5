import type { CommitId } from "../../domain/ids.ts";
import { asCommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import { ownRefs } from "./ref-names.ts";
import { setRef } from "./update-ref.ts";

/** No job can be called so: a job's id ends in random digits. */
const resultRefs = `${ownRefs}cache/`;

/** Keeps the commits of a stored result, whatever becomes of its job. */
export const resultRef = (key: string): string => `${resultRefs}${key}`;

/** Points a result's ref at its snapshot, whatever it held before. Idempotent. */
export async function keepResultCommit(repo: Repository, key: string, commit: CommitId): Promise<void> {
  await setRef(repo, resultRef(key), commit);
}

/** Every result that a ref holds, by key. */
export async function listResultRefs(repo: Repository): Promise<ReadonlyMap<string, CommitId>> {
  const listed = await git(home(repo), ["for-each-ref", "--format=%(objectname) %(refname)", resultRefs]);
  const lines = listed.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [commit = "", ref = ""] = line.split(" ");
      return [ref.slice(resultRefs.length), asCommitId(commit)];
    }),
  );
}

/** Lets go of results. Other refs can't be named this way. A ref that has moved since it was listed stays. */
export async function dropResultRefs(repo: Repository, held: ReadonlyMap<string, CommitId>): Promise<void> {
  if (held.size === 0) return;
  const lines = [...held].map(([key, commit]) => `delete ${resultRef(key)} ${commit}\n`);
  await git(home(repo), ["update-ref", "--no-deref", "--stdin"], { input: lines.join("") });
}
