import type { CommitId } from "../../domain/ids.ts";
import { gitAnswer } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";

/**
 * Files of a commit in which one of the words stands as it is.
 * @param where - git pathspecs
 */
export async function filesNaming(
  repo: Repository,
  commit: CommitId,
  { words, where }: { readonly words: readonly string[]; readonly where: readonly string[] },
): Promise<readonly string[]> {
  if (words.length === 0) return [];
  const patterns = words.flatMap((word) => ["-e", word]);
  const args = ["grep", "-z", "-l", "-w", "-F", ...patterns, commit, "--", ...where];
  const { stdout } = await gitAnswer(home(repo), args, { okExitCodes: [0, 1] });
  return stdout.split("\0").flatMap((name) => (name === "" ? [] : [name.slice(commit.length + 1)]));
}
