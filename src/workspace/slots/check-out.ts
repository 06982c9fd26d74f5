import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { replaceAgentGitDir } from "./agent-git-dir.ts";
import { controlIndex } from "./index-file.ts";
import { dropKeptIndex } from "./kept-index.ts";
import { control, ensureOwnDirectory, type Slot } from "./slot.ts";
import { changeSlotState, environmentPaths } from "./slot-state.ts";
import { excludeText } from "./write-git-dir.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Makes the tracked files those of `commit`, whatever they are now, and `.git` new. Saves nothing: see `moveSlot`.
 * @param indexFile - an index that knows the files as they are: those that `commit` hasn't are removed. Used up. Default: the
 *   slot's own, which knows what the last checkout left
 */
export async function checkOut(slot: Slot, commit: CommitId, indexFile = controlIndex(slot)): Promise<void> {
  await ensureOwnDirectory(slot);
  await rm(join(slot.controlDir, "index.lock"), { force: true });
  await (indexFile === controlIndex(slot) ? readTree(slot, commit, indexFile) : replaceIndex(slot, commit, indexFile));
  await standOn(slot, commit);
}

/** For the next task, whose files are there: `commit` as it was checked out. */
export async function standOn(slot: Slot, commit: CommitId): Promise<void> {
  await dropKeptIndex(slot);
  // Half a HEAD is no repository, and nobody could recover the slot.
  await writeWhole(join(slot.controlDir, "HEAD"), `${commit}\n`);
  const state = await changeSlotState(slot, { base: commit, includeIgnored: [] });
  await writeWhole(join(slot.controlDir, "info/exclude"), await excludeText(slot.repo, environmentPaths(state)));
  await replaceAgentGitDir(slot, state, commit);
  await dropOwnObjects(slot);
}

async function readTree(slot: Slot, commit: CommitId, indexFile: string): Promise<void> {
  const args = ["-c", "checkout.workers=0", "read-tree", "--reset", "-u", commit];
  await git(control(slot), args, { env: { GIT_INDEX_FILE: indexFile } });
}

/** Under another name meanwhile: cut short, it is the index of no tree. */
async function replaceIndex(slot: Slot, commit: CommitId, indexFile: string): Promise<void> {
  const temporary = join(slot.controlDir, "temporary", `${randomUUID()}.index`);
  await mkdir(dirname(temporary), { recursive: true });
  await rename(indexFile, temporary);
  await readTree(slot, commit, temporary);
  await rename(temporary, controlIndex(slot));
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
