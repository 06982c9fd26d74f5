import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { replaceAgentGitDir } from "./agent-git-dir.ts";
import { control, ensureOwnDirectory, type Slot } from "./slot.ts";
import { changeSlotState, environmentPaths } from "./slot-state.ts";
import { excludeText } from "./write-git-dir.ts";

/** Makes the tracked files those of `commit`, whatever they are now, and `.git` new. Saves nothing: see `moveSlot`. */
export async function checkOut(slot: Slot, commit: CommitId): Promise<void> {
  await ensureOwnDirectory(slot);
  await rm(join(slot.controlDir, "index.lock"), { force: true });
  await git(control(slot), ["-c", "checkout.workers=0", "read-tree", "--reset", "-u", commit]);
  await writeFile(join(slot.controlDir, "HEAD"), `${commit}\n`);
  const state = await changeSlotState(slot, { base: commit, includeIgnored: [] });
  await writeFile(join(slot.controlDir, "info/exclude"), await excludeText(slot.repo, environmentPaths(state)));
  await replaceAgentGitDir(slot, state, commit);
  await dropOwnObjects(slot);
}

/** The index now names only objects of the user's repository, so what earlier snapshots left here has served. */
async function dropOwnObjects(slot: Slot): Promise<void> {
  const objects = join(slot.controlDir, "objects");
  const folders = (await readdir(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  await Promise.all(folders.map((name) => rm(join(objects, name), { recursive: true, force: true })));
  await Promise.all(
    (await readdir(join(objects, "pack"))).map((name) => rm(join(objects, "pack", name), { force: true })),
  );
}
