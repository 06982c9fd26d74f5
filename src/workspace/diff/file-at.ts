import { splitNul } from "../git/nul-list.ts";
import { git, gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/** Whether a commit holds this path: a file or a folder. */
export async function existsAt(repo: Repository, commit: string, path: string): Promise<boolean> {
  const answer = await gitAnswer(home(repo), ["cat-file", "-e", `${commit}:${path}`], { okExitCodes: [0, 1, 128] });
  return answer.exitCode === 0;
}

/** @returns `undefined` when there is no such file in the commit */
export async function textAt(repo: Repository, commit: string, path: string): Promise<string | undefined> {
  const answer = await gitAnswer(home(repo), ["cat-file", "blob", `${commit}:${path}`], { okExitCodes: [0, 1, 128] });
  return answer.exitCode === 0 ? answer.stdout : undefined;
}

export type FileList = { readonly paths: readonly string[]; readonly total: number };

/**
 * Names of the files in a commit, in git's order.
 * @param options.limit - at most so many; `total` counts all. Default all
 */
export async function listFiles(
  repo: Repository,
  commit: string,
  options: { readonly limit?: number } = {},
): Promise<FileList> {
  const paths = splitNul(await git(home(repo), ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]));
  return { paths: paths.slice(0, options.limit ?? paths.length), total: paths.length };
}
