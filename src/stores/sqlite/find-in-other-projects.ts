import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * The project among the neighbours of a state folder that has a checkpoint of this id. Only reads; a database that can't be read, or
 * is of a version without checkpoints, has none.
 */
export async function projectOfCheckpoint(stateDir: string, idPrefix: string): Promise<string | undefined> {
  const parent = dirname(stateDir);
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const found = lookUp(join(parent, name, "state.db"), idPrefix);
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookUp(path: string, idPrefix: string): string | undefined {
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      const row = db
        .prepare("select project_path from checkpoints where id >= ? and id < ? limit 1")
        .get(idPrefix, `${idPrefix}~`);
      return typeof row?.["project_path"] === "string" ? row["project_path"] : undefined;
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}
