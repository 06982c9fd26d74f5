import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, JobId, SlotId } from "../../domain/ids.ts";
import { pinCommit } from "../refs/pins.ts";
import type { Repository } from "../repository/repository.ts";
import { keepAgentConfig } from "./agent-git-dir.ts";
import { configText } from "./git-config-text.ts";
import { checkOut } from "./check-out.ts";
import { ifAbsent, slotAt, type Slot } from "./slot.ts";
import { emptyState, readSlotState, writeSlotState } from "./slot-state.ts";
import { slotConfig, writeGitDir } from "./write-git-dir.ts";

export type SlotRequest = {
  readonly repo: Repository;
  /** Absolute; absent or empty. `<path>.control` is made beside it. */
  readonly path: string;
  readonly slotId: SlotId;
  /** The commit to stand on. It is pinned for the job first. */
  readonly base: CommitId;
  readonly jobId: JobId;
};

/**
 * Makes an isolated working copy with HEAD detached at `base`. It borrows the repository's objects, also those made later;
 * it has no remote, shares no ref, and nothing in it can change the user's repository.
 * @throws {TuttiError} `INPUT_INVALID` when something is in the way; `GIT_FAILED`
 */
export async function createSlot(request: SlotRequest): Promise<Slot> {
  const { repo, path, slotId, base, jobId } = request;
  const slot = slotAt(repo, path, slotId);
  await refuseOccupied(slot);
  await pinCommit(repo, jobId, base);
  try {
    return await fillSlot(slot, base);
  } catch (thrown) {
    // Half of a slot, on a full disk for instance, would stand in the way of the next try. Nobody has worked in it.
    await Promise.all([path, slot.controlDir].map((folder) => rm(folder, { recursive: true, force: true })));
    throw thrown;
  }
}

async function fillSlot(slot: Slot, base: CommitId): Promise<Slot> {
  const { repo, path } = slot;
  await mkdir(path, { recursive: true });
  const config = await slotConfig(repo);
  await writeGitDir({
    repo,
    directory: slot.controlDir,
    head: base,
    excluded: [],
    config: config + configText([{ key: "lfs.storage", value: join(repo.commonDir, "lfs") }]),
  });
  await keepAgentConfig(slot, config);
  await writeSlotState(slot, { ...emptyState, base });
  await checkOut(slot, base);
  return slot;
}

/**
 * Takes over a slot that exists, after a restart or from a dead worker. Whoever had it must be gone: its locks are removed.
 * @throws {TuttiError} `SLOT_UNKNOWN`
 */
export async function openSlot(request: Pick<SlotRequest, "repo" | "path" | "slotId">): Promise<Slot> {
  const slot = slotAt(request.repo, request.path, request.slotId);
  await readSlotState(slot);
  await rm(join(slot.controlDir, "index.lock"), { force: true });
  await rm(join(slot.controlDir, "HEAD.lock"), { force: true });
  await rm(join(slot.controlDir, "temporary"), { recursive: true, force: true });
  return slot;
}

async function refuseOccupied(slot: Slot): Promise<void> {
  for (const directory of [slot.path, slot.controlDir]) {
    const entries = (await readdir(directory).catch(ifAbsent)) ?? [];
    if (entries.length === 0) continue;
    throw new TuttiError("INPUT_INVALID", `${directory} is not empty`, {
      hint: "Open the slot that is there, or choose another path",
      context: { directory, slotId: slot.slotId },
    });
  }
}
