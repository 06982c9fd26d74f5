import { splitNul } from "../git/nul-list.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

export type FileAt = { readonly path: string; readonly text: string };

/**
 * The files below a folder of a commit, with what they hold, in git's order. Symbolic links and submodules are left out.
 * @param folder - a repository path, without a slash at its end
 * @throws {TuttiError} `GIT_FAILED` when the commit doesn't exist
 */
export async function readFilesAt(repo: Repository, commit: string, folder: string): Promise<readonly FileAt[]> {
  const listed = await git(home(repo), ["ls-tree", "-r", "-z", "--full-tree", commit, "--", `${folder}/`]);
  const files = splitNul(listed).flatMap((entry) => {
    const [, object, path] = /^100\d{3} blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
    return object === undefined || path === undefined ? [] : [{ object, path }];
  });
  return Promise.all(
    files.map(async ({ object, path }) => ({ path, text: await git(home(repo), ["cat-file", "blob", object]) })),
  );
}
