import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import { objectsDirectory, type Repository } from "../repository/repository.ts";

export type CommitFacts = { readonly tree: string; readonly parents: readonly CommitId[] };

/**
 * Tree and parents of a commit, without a process, as long as it lies in a file of its own: what was made a moment ago does.
 * Source: `git help gitformat-loose`, `git help gitcore-tutorial`.
 * @returns `undefined` when git has to be asked: it is packed, borrowed from elsewhere, or isn't there
 */
export async function looseCommit(repo: Repository, commit: string): Promise<CommitFacts | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  const file = join(objectsDirectory(repo), commit.slice(0, 2), commit.slice(2));
  // Whatever is wrong with the file, git knows better what to say about it.
  const text = await readFile(file).then(
    (content) => inflated(content),
    () => "",
  );
  const [, tree, parents = ""] = /^commit \d+\0tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)author /.exec(text) ?? [];
  if (tree === undefined) return undefined;
  return { tree, parents: [...parents.matchAll(/parent (\S+)\n/g)].map(([, parent = ""]) => asCommitId(parent)) };
}

function inflated(content: Buffer): string {
  try {
    return inflateSync(content).toString("latin1");
  } catch {
    return "";
  }
}
