import { gitPaths } from "../git/run-git.ts";
import { controlIndex } from "../slots/index-file.ts";
import { control, type Slot } from "../slots/slot.ts";

export type Untracked = {
  /** Relative to the slot. */
  readonly files: readonly string[];
  /** Folders, without a final slash, that are git repositories of their own. */
  readonly repositories: readonly string[];
};

/** What is neither in the slot's base commit nor ignored. */
export async function untrackedIn(slot: Slot): Promise<Untracked> {
  const listed = await gitPaths(control(slot), ["ls-files", "--others", "--exclude-standard", "-z"], {
    env: { GIT_INDEX_FILE: controlIndex(slot) },
  });
  return classify(listed);
}

/** Without `--directory`, git prints a folder (with a final slash) only where another repository begins. */
export function classify(listed: readonly string[]): Untracked {
  return {
    files: listed.filter((path) => !path.endsWith("/")),
    repositories: listed.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1)),
  };
}
