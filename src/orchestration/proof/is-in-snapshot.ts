import { existsAt, type Repository, type Snapshot } from "../../workspace/index.ts";

/** Whether a snapshot holds a path. What the attempt changed is known; only of the rest git has to be asked. */
export async function isInSnapshot(
  repo: Repository,
  { commit, changedFiles }: Pick<Snapshot, "commit" | "changedFiles">,
  path: string,
): Promise<boolean> {
  const change = changedFiles.find((file) => file.path === path);
  if (change !== undefined && change.status !== "deleted") return true;
  return existsAt(repo, commit, path);
}
