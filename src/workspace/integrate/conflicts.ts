import { join } from "node:path";
import { splitNul } from "../git/nul-list.ts";
import { git } from "../git/run-git.ts";
import { readPlainFile } from "../slots/read-plain-file.ts";
import { control, type Slot } from "../slots/slot.ts";

/** What both sides did to a file. "Ours" is the job, "theirs" the attempt. */
export type ConflictKind =
  | "both-modified"
  | "both-added"
  | "both-deleted"
  | "deleted-by-us"
  | "deleted-by-them"
  | "added-by-us"
  | "added-by-them";

export type ConflictFile = { readonly path: string; readonly kind: ConflictKind };

/** By the stages that git's index has of a file: 1 the base, 2 ours, 3 theirs. Source: `git help merge`. */
const kinds: Readonly<Record<string, ConflictKind>> = {
  "123": "both-modified",
  "23": "both-added",
  "1": "both-deleted",
  "13": "deleted-by-us",
  "12": "deleted-by-them",
  "2": "added-by-us",
  "3": "added-by-them",
};

export async function conflictsIn(slot: Slot): Promise<readonly ConflictFile[]> {
  return parseUnmerged(await git(control(slot), ["ls-files", "--unmerged", "-z"]));
}

/** Parses `git ls-files --unmerged -z`: `<mode> <id> <stage>\t<path>` NUL. */
function parseUnmerged(output: string): readonly ConflictFile[] {
  const stages = new Map<string, string>();
  for (const entry of splitNul(output)) {
    const path = entry.slice(entry.indexOf("\t") + 1);
    const stage = entry.slice(0, entry.indexOf("\t")).split(" ")[2] ?? "";
    stages.set(path, (stages.get(path) ?? "") + stage);
  }
  return [...stages].map(([path, present]) => ({ path, kind: kinds[present] ?? "both-modified" }));
}

const marker = /^(?:<{7}|>{7}|\|{7})(?: |$)/m;

/** Which of the files still hold conflict markers. A deleted file holds none. */
export async function filesWithMarkers(slot: Slot, paths: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(paths.map((path) => readPlainFile(join(slot.path, path))));
  return paths.filter((_, index) => marker.test(texts[index]?.toString() ?? ""));
}
