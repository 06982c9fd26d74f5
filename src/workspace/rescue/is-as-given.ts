import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { controlIndex } from "../slots/index-file.ts";
import { readPlainFile } from "../slots/read-plain-file.ts";
import { ifAbsent, type Slot } from "../slots/slot.ts";

/**
 * Whether the agent has not touched the slot's `.git` since we made it: HEAD and index are ours, there is no ref, no reflog,
 * no stash and no checkout of its own. Costs no process, and holds after most tasks. When in doubt, false.
 */
export async function isAsGiven(slot: Slot, base: CommitId): Promise<boolean> {
  const names = (await readdir(slot.gitDir).catch(ifAbsent)) ?? [];
  if (["logs", "packed-refs", "worktrees", "modules"].some((name) => names.includes(name))) return false;
  const [head, refs, index, given] = await Promise.all([
    readPlainFile(join(slot.gitDir, "HEAD")),
    readdir(join(slot.gitDir, "refs"), { recursive: true }).catch(ifAbsent),
    readPlainFile(join(slot.gitDir, "index")),
    readPlainFile(controlIndex(slot)),
  ]);
  const hasNoRefs = refs !== undefined && refs.every((name) => name === "heads" || name === "tags");
  return (
    hasNoRefs && head?.toString() === `${base}\n` && index !== undefined && given !== undefined && index.equals(given)
  );
}
