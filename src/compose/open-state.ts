import { join } from "node:path";

import type { Config } from "../config/config.ts";
import { engineMigrations, type EngineTables } from "../engine/embedded/migrations.ts";
import { agreeWithGit, type Restoring } from "../orchestration/restored/agree-with-git.ts";
import type { StateRestored } from "../orchestration/restored/restored-lines.ts";
import { stateMigrations } from "../state/migrations.ts";
import type { StateTables } from "../state/schema.ts";
import type { StateBackups } from "../state/state-backups.ts";
import { Backups } from "../stores/sqlite/backups.ts";
import { examineDatabase, type Damage } from "../stores/sqlite/examine-database.ts";
import { openSoundStore, restoreState as restoreDatabase, type SoundStore } from "../stores/sqlite/open-sound-store.ts";
import { concludeRestoration, readRestoration, type Restoration } from "../stores/sqlite/restore-database.ts";
import { lockState } from "../stores/sqlite/state-lock.ts";

export type StatePlace = {
  /** Of the database; absolute. */
  readonly path: string;
  readonly backups: Backups;
};

/** @param keep - default: as many as are made by default */
export function statePlace(stateDir: string, keep = 10): StatePlace {
  const path = join(stateDir, "state.db");
  return { path, backups: new Backups({ path, folder: join(stateDir, "backups"), keep }) };
}

type ProjectTables = StateTables & EngineTables;

/** @param isRepairing - a damaged database is replaced by its last good backup */
export function openState(
  stateDir: string,
  { workspace }: Pick<Config, "workspace">,
  isRepairing: boolean,
): Promise<SoundStore<ProjectTables>> {
  const { path, backups } = statePlace(stateDir, workspace.backups.keep);
  const migrations = { ...engineMigrations, ...stateMigrations };
  return openSoundStore<ProjectTables>({ path, migrations, backups, isRepairing });
}

/** The whole database, every index included. */
export const examineState = ({ path }: StatePlace): Damage | undefined => examineDatabase(path, { how: "full" });

/** See `restoreState` of the store. */
export const restoreState = ({ path, backups }: StatePlace, name?: string): Promise<Restoration | undefined> =>
  restoreDatabase(path, backups, name);

/** `undefined`: none are wanted. */
export function stateBackups(stateDir: string, { workspace }: Pick<Config, "workspace">): StateBackups | undefined {
  const { everyMs, keep } = workspace.backups;
  if (keep === 0) return undefined;
  const { backups } = statePlace(stateDir, keep);
  return { everyMs, make: async () => void (await backups.make()) };
}

/** So long may git take with everything that was merged since. */
const followUpMs = 120_000;

/**
 * What has to be done before anything goes on with a database that was replaced. Of several processes one does it, and the others
 * wait: it would take what they begin for what the database has lost.
 */
export async function followUp(
  stateDir: string,
  found: Restoration | undefined,
  to: { readonly services: Restoring; readonly onRestored: ((restored: StateRestored) => void) | undefined },
): Promise<void> {
  if (found === undefined || to.onRestored === undefined) return;
  const { path } = statePlace(stateDir);
  const lock = await lockState(`${path}.restored`, { kind: "exclusive", waitMs: followUpMs });
  try {
    const restoration = await readRestoration(path);
    if (restoration !== undefined) await agree(path, restoration, { ...to, onRestored: to.onRestored });
  } finally {
    lock.release();
  }
}

async function agree(
  path: string,
  restoration: Restoration,
  to: { readonly services: Restoring; readonly onRestored: (restored: StateRestored) => void },
): Promise<void> {
  const facts = await agreeWithGit(to.services, restoration);
  await concludeRestoration(path, restoration);
  const { problems, backup, at } = restoration;
  to.onRestored({ ...facts, problems, at, ...(backup === undefined ? {} : { backup }) });
}
