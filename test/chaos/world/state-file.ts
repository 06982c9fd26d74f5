import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { ScratchProject } from "../../support/scratch-project.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The state as it lies on the disk, read past the product: what it says of itself is what is judged. */
export class StateFile {
  readonly #base: string;
  #database: DatabaseSync | undefined;

  constructor({ stateHome }: Pick<ScratchProject, "stateHome">) {
    this.#base = join(stateHome, "tutti");
  }

  /** `undefined` until the project has been opened once. */
  get path(): string | undefined {
    const [folder] = existsSync(this.#base) ? readdirSync(this.#base) : [];
    const path = folder === undefined ? undefined : join(this.#base, folder, "state.db");
    return path !== undefined && existsSync(path) ? path : undefined;
  }

  /** @throws when there is no state, or it can't be read now */
  rows(sql: string): readonly Row[] {
    const { path } = this;
    if (path === undefined) throw new Error("there is no state");
    this.#database ??= new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    return this.#database.prepare(sql).all();
  }

  /** How far the log has come; 0 where that can't be seen at the moment. */
  eventCount(): number {
    try {
      return Number(this.rows("SELECT coalesce(max(seq), 0) AS seq FROM events")[0]?.["seq"] ?? 0);
    } catch {
      this.close();
      return 0;
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }
}
