import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { asCommitId, type CommitId } from "../../domain/ids.ts";
import type { Repository } from "../repository/repository.ts";

/**
 * What the file of a ref of ours names, without a process: such a file outweighs a packed ref. Only for refs under
 * `refs/tutti/` and for branches, which name commits. Source: `git help gitrepository-layout`.
 * @returns `undefined` when git has to be asked: the ref is packed or doesn't exist, or refs are stored another way
 */
export async function looseRef(repo: Repository, ref: string): Promise<CommitId | undefined> {
  // Whatever is wrong with the file, git knows better what to say about it.
  const text = await readFile(join(repo.commonDir, ref), "utf8").catch(() => "");
  return /^[0-9a-f]{40,64}\n$/.test(text) ? asCommitId(text.trimEnd()) : undefined;
}
