import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { indexEntries } from "../slots/index-entries.ts";
import { controlIndex } from "../slots/index-file.ts";
import { isOwnFolder, readPlainFile } from "../slots/read-plain-file.ts";
import { ifAbsent, type Slot } from "../slots/slot.ts";

/**
 * Whether the agent has done nothing in the slot's `.git` since we made it: HEAD is ours, the index stages what ours does, there
 * is no ref, no reflog, no stash and no checkout of its own. Costs no process, and holds after most tasks. When in doubt, false.
 */
export async function isAsGiven(slot: Slot, base: CommitId): Promise<boolean> {
  const names = (await readdir(slot.gitDir).catch(ifAbsent)) ?? [];
  const own = ["logs", "packed-refs", "worktrees", "modules"].filter((name) => names.includes(name));
  const areEmpty = await Promise.all(own.map(async (name) => isEmptyFolder(join(slot.gitDir, name))));
  if (areEmpty.includes(false)) return false;
  const [head, refs, index, given] = await Promise.all([
    readPlainFile(join(slot.gitDir, "HEAD")),
    readdir(join(slot.gitDir, "refs"), { recursive: true }).catch(ifAbsent),
    readPlainFile(join(slot.gitDir, "index")),
    readPlainFile(controlIndex(slot)),
  ]);
  const hasNoRefs = refs !== undefined && refs.every((name) => name === "heads" || name === "tags");
  if (!hasNoRefs || head?.toString() !== `${base}\n` || index === undefined || given === undefined) return false;
  return index.equals(given) || stagesTheSame(slot, index, given);
}

/** Claude Code's sandbox needs folders to mount over, and leaves them behind. */
const isEmptyFolder = async (path: string): Promise<boolean> =>
  (await isOwnFolder(path)) && (await readdir(path)).length === 0;

/** Looking is enough for git to write an index anew: it takes down what it has learned about the files. */
function stagesTheSame({ repo }: Slot, index: Buffer, given: Buffer): boolean {
  const [own, ours] = [indexEntries(index, repo), indexEntries(given, repo)];
  return own !== undefined && ours !== undefined && own.staged.equals(ours.staged);
}
