import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { ifAbsent, type Slot } from "./slot.ts";
import { controlIndex, copyIndex } from "./index-file.ts";
import { isOwnFolder } from "./read-plain-file.ts";
import { environmentPaths, type SlotState } from "./slot-state.ts";
import { slotConfig, writeGitDir } from "./write-git-dir.ts";

/**
 * Gives the slot a new `.git` that stands on `head`: whatever an agent did to the old one (branches, hooks, settings,
 * alternates) is gone. What is worth keeping must have been rescued. Checked-out submodules keep their git directories.
 */
export async function replaceAgentGitDir(slot: Slot, state: SlotState, head: CommitId): Promise<void> {
  const discarded = join(slot.controlDir, "temporary", `${randomUUID()}.discarded`);
  const fresh = join(slot.controlDir, "temporary", `${randomUUID()}.git`);
  const config = await agentConfig(slot);
  await writeGitDir({ repo: slot.repo, directory: fresh, head, excluded: environmentPaths(state), config });
  await copyIndex(controlIndex(slot), join(fresh, "index"));
  await rename(slot.gitDir, discarded).catch(ifAbsent);
  // Through a link, the submodules of another repository would be moved here.
  if (await isOwnFolder(discarded)) await rename(join(discarded, "modules"), join(fresh, "modules")).catch(ifAbsent);
  await rename(fresh, slot.gitDir);
  await rm(discarded, { recursive: true, force: true });
}

/** As it was when the slot was made, like that of the control directory: both must read and write files alike. */
async function agentConfig(slot: Slot): Promise<string> {
  const known = await readFile(agentConfigFile(slot), "utf8").catch(ifAbsent);
  if (known !== undefined) return known;
  const config = await slotConfig(slot.repo);
  await keepAgentConfig(slot, config);
  return config;
}

/** For every `.git` that the slot will have. */
export async function keepAgentConfig(slot: Slot, config: string): Promise<void> {
  await writeFile(agentConfigFile(slot), config);
}

const agentConfigFile = (slot: Slot): string => join(slot.controlDir, "agent-config");
