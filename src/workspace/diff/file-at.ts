import { posix } from "node:path";

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

export type SizedFile = { readonly path: string; readonly sizeBytes: number };

/**
 * Which of these paths are files of a commit, in the given order; symbolic links and submodules are none.
 * @param paths - repository paths, or what only looks like one
 * @throws {TuttiError} `GIT_FAILED` when the commit doesn't exist
 */
export async function filesAmong(
  repo: Repository,
  commit: string,
  paths: readonly string[],
): Promise<readonly SizedFile[]> {
  const named = paths.map((path) => ({ path, inTree: posix.normalize(path) }));
  const inside = named.filter(({ inTree }) => inTree !== ".." && !inTree.startsWith("../") && !inTree.startsWith("/"));
  if (inside.length === 0) return [];
  const args = ["ls-tree", "-l", "-z", "--full-tree", commit, "--", ...inside.map(({ inTree }) => inTree)];
  const entries = splitNul(await git(home(repo), args, { env: { GIT_LITERAL_PATHSPECS: "1" } }));
  const sizes = new Map(entries.flatMap(fileEntry));
  return inside.flatMap(({ path, inTree }) => {
    const sizeBytes = sizes.get(inTree);
    return sizeBytes === undefined ? [] : [{ path, sizeBytes }];
  });
}

/** `<mode> blob <id> <size>\t<path>` */
function fileEntry(entry: string): readonly (readonly [string, number])[] {
  const [, size, path] = /^100\d{3} blob [0-9a-f]+ +(\d+)\t([^]*)$/.exec(entry) ?? [];
  return path === undefined ? [] : [[path, Number(size)]];
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
