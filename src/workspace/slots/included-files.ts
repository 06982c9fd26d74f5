import { TuttiError } from "../../domain/errors.ts";
import { gitPaths, type GitPlace } from "../git/run-git.ts";
import type { Slot } from "./slot.ts";
import { changeSlotState, readSlotState } from "./slot-state.ts";

/**
 * Remembers globs of ignored files that belong to the work until the slot moves, so that a rescue keeps these files and the
 * next task doesn't find them.
 * @returns all that are remembered
 */
export async function includeIgnored(slot: Slot, globs: readonly string[] = []): Promise<readonly string[]> {
  globs.forEach(refuseOutside);
  const { includeIgnored: known } = await readSlotState(slot);
  const all = [...new Set([...known, ...globs])];
  if (all.length > known.length) await changeSlotState(slot, { includeIgnored: all });
  return all;
}

/**
 * Ignored files that match globs; a folder's name stands for everything in it.
 * @param environment - paths that never count (see `environmentPaths`)
 */
export async function ignoredFiles(
  place: GitPlace,
  globs: readonly string[],
  environment: readonly string[],
): Promise<readonly string[]> {
  if (globs.length === 0) return [];
  const listed = await gitPaths(place, [
    ...["ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--"],
    ...globs.map(asPathspec),
  ]);
  return listed.filter((path) => !path.endsWith("/") && !environment.some((known) => covers(known, path)));
}

const asPathspec = (glob: string): string => `:(top,glob)${clean(glob)}`;

/** The one path that a glob stands for; `undefined` when it may stand for several. */
export const literalPath = (glob: string): string | undefined => (/[*?[\]\\]/.test(glob) ? undefined : clean(glob));

const clean = (glob: string): string => glob.replace(/^\.\//, "").replace(/\/$/, "");

const covers = (known: string, path: string): boolean =>
  known.endsWith("/") ? path.startsWith(known) : path === known;

function refuseOutside(glob: string): void {
  if (!glob.startsWith("/") && !glob.split("/").includes("..")) return;
  throw new TuttiError("INPUT_INVALID", `${glob} leads out of the slot`, {
    hint: "Name expected outputs relative to the repository's top folder",
    context: { glob },
  });
}
