import { gitPaths } from "../git/run-git.ts";
import { control, type Slot } from "../slots/slot.ts";
import { classify, type Untracked } from "./untracked-files.ts";

export type Changes = {
  /** The index differs from the slot's base commit. */
  readonly isStaged: boolean;
  /** Files that the index knows, with other content. */
  readonly modified: readonly string[];
  /** A file that the index knows is gone, is something else now (a link, a folder) or is in conflict. */
  readonly isReshaped: boolean;
  readonly untracked: Untracked;
  /** Every path that differs from the base commit or the index. */
  readonly listed: ReadonlySet<string>;
};

const args = [
  ...["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"],
  // Whatever an agent writes into .gitmodules: a submodule that stands on another commit has changed.
  "--ignore-submodules=dirty",
];

/** What differs between the slot's files and an index, ignored files left out. Reads no file that git knows to be unchanged. */
export async function changesSince(slot: Slot, indexFile: string): Promise<Changes> {
  const entries = await gitPaths(control(slot), args, { env: { GIT_INDEX_FILE: indexFile } });
  const tracked = entries.filter((entry) => !entry.startsWith("??"));
  const untracked = entries.filter((entry) => entry.startsWith("??"));
  return {
    isStaged: tracked.some((entry) => !entry.startsWith(" ")),
    modified: tracked.filter((entry) => entry.charAt(1) === "M").map(pathOf),
    isReshaped: tracked.some((entry) => !" M".includes(entry.charAt(1))),
    untracked: classify(untracked.map(pathOf)),
    listed: new Set(entries.map(pathOf)),
  };
}

/** Two letters and a blank come first. */
const pathOf = (entry: string): string => entry.slice(3);
