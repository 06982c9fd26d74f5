import { lstat, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SlotId } from "../../domain/ids.ts";
import type { GitPlace } from "../git/run-git.ts";
import type { Repository } from "../repository/repository.ts";

/**
 * An isolated working copy that belongs to one incarnation of one worker.
 *
 * It has two git directories. `<path>/.git` is the agent's: an ordinary repository without a remote, whose content we
 * never trust. The control directory beside the slot is ours: index, excludes and configuration that an agent can't
 * reach, so that deleting `.git`, flags in its index or a filter in its configuration neither hide work nor run programs.
 * Both borrow the objects of the user's repository.
 */
export type Slot = {
  readonly slotId: SlotId;
  readonly repo: Repository;
  /** Absolute path of the working files. */
  readonly path: string;
  /** The agent's own git directory. */
  readonly gitDir: string;
  /** Ours. */
  readonly controlDir: string;
};

export function slotAt(repo: Repository, path: string, slotId: SlotId): Slot {
  return { slotId, repo, path, gitDir: join(path, ".git"), controlDir: `${path}.control` };
}

/** Our view of the slot's files: never the agent's git directory. */
export function control(slot: Slot): GitPlace {
  return { cwd: slot.path, env: { ...marked(slot), GIT_DIR: slot.controlDir, GIT_WORK_TREE: slot.path } };
}

/** Our git directory without any files: for commands on objects. */
export function controlObjects(slot: Slot): GitPlace {
  return { cwd: slot.controlDir, env: { ...marked(slot), GIT_DIR: slot.controlDir } };
}

/** A git of ours may outlive the worker that started it: whoever recovers the slot ends everything that carries this. */
const marked = ({ slotId }: Slot): Readonly<Record<string, string>> => ({ TUTTI_SLOT: slotId });

/**
 * Makes sure that the slot's path is a directory of its own. Whatever else an agent put there (a symbolic link to the
 * user's checkout, say) is only unlinked, never followed.
 */
export async function ensureOwnDirectory(slot: Slot): Promise<void> {
  const found = await lstat(slot.path).catch(ifAbsent);
  if (found?.isDirectory() === true) return;
  if (found !== undefined) await rm(slot.path);
  await mkdir(slot.path, { recursive: true });
}

/** For `catch`: a file that isn't there is an answer, everything else a failure. */
export function ifAbsent(thrown: unknown): undefined {
  if (thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR")) {
    return undefined;
  }
  throw thrown;
}
