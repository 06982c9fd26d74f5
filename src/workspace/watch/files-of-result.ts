import { join } from "node:path";
import type { ResultFile } from "../../domain/watch/agree-with-snapshot.ts";
import type { FileChange } from "../diff/parse-diff.ts";
import type { Slot } from "../slots/slot.ts";
import { ContentHasher } from "./content-hash.ts";
import { sightOf, statOf } from "./look.ts";
import { Slices } from "./slices.ts";

const maxHashBytes = 64 * 1024 * 1024;

/** The changed files of a snapshot with what they hold, read in the slot that it was just taken of. */
export async function filesOfResult(slot: Slot, changed: readonly FileChange[]): Promise<readonly ResultFile[]> {
  const hasher = new ContentHasher(maxHashBytes);
  const slices = new Slices();
  const files: ResultFile[] = [];
  for (const { path, status } of changed) {
    await slices.rest();
    const absolutePath = join(slot.path, path);
    const sight = status === "deleted" ? undefined : sightOf(statOf(absolutePath), 0);
    const kind = status === "added" || status === "deleted" ? status : "modified";
    const hash = sight && (await hasher.hash({ absolutePath, size: sight.size, isLink: sight.isLink }));
    files.push({ kind, path, size: sight?.size ?? null, hash: hash ?? null });
  }
  return files;
}
