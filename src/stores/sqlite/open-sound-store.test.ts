import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { TuttiError } from "../../domain/errors.ts";
import { probeMigrations, type ProbeTables } from "../../testing/probe-tables.ts";
import { Backups } from "./backups.ts";
import { examineDatabase } from "./examine-database.ts";
import { openSoundStore, restoreState, type SoundStore } from "./open-sound-store.ts";
import { concludeRestoration } from "./restore-database.ts";

let folder: string;
let path: string;
let backups: Backups;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-sound-"));
  path = join(folder, "state.db");
  backups = new Backups({ path, folder: join(folder, "backups"), keep: 3 });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const opened = (isRepairing = true): Promise<SoundStore<ProbeTables>> =>
  openSoundStore<ProbeTables>({ path, migrations: probeMigrations, backups, isRepairing, busyLimitMs: 500 });

async function add(...names: readonly string[]): Promise<void> {
  const { store, close } = await opened();
  for (const name of names) await store.write((tx) => tx.insertInto("probe").values({ name, amount: 1 }).execute());
  await close();
}

const many = (prefix: string): readonly string[] =>
  Array.from({ length: 400 }, (_, n) => `${prefix}-${"x".repeat(200)}-${n}`);

async function names(): Promise<readonly string[]> {
  const { store, close } = await opened(false);
  try {
    const rows = await store.read((db) => db.selectFrom("probe").select("name").orderBy("name").execute());
    return rows.map(({ name }) => name);
  } finally {
    await close();
  }
}

const codeOf = (thrown: unknown): string => TuttiError.from(thrown).code;

async function overwrite(file: string, from: number, bytes: Buffer): Promise<void> {
  const handle = await open(file, "r+");
  await handle.write(bytes, 0, bytes.length, from);
  await handle.close();
}

const garbage = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, n) => (n * 97 + 13) % 251));

/** Each really damages the file of a database of some hundred pages. */
const damages: Readonly<Record<string, () => Promise<void>>> = {
  "whose first page is overwritten": () => overwrite(path, 0, garbage(4096)),
  "with overwritten pages": async () => overwrite(path, 4096 * 3, garbage(4096 * 4)),
  "that is cut off": async () => truncate(path, Math.floor((await stat(path)).size / 2 / 4096) * 4096 + 100),
  "that is empty": () => truncate(path, 0),
};

describe("a sound database", () => {
  it("is opened as it is", async () => {
    await add("a");
    const { restoration, close } = await opened();
    expect(restoration).toBeUndefined();
    await close();
    expect(await names()).toEqual(["a"]);
  });

  it("is copied while others write, and the copy is sound without a log", async () => {
    const { store, close } = await opened();
    await store.write((tx) => tx.insertInto("probe").values({ name: "a", amount: 1 }).execute());
    const made = await backups.make();
    await store.write((tx) => tx.insertInto("probe").values({ name: "b", amount: 1 }).execute());
    await close();
    expect(examineDatabase(made?.path ?? "", { how: "full" })).toBeUndefined();
    const copy = new DatabaseSync(made?.path ?? "", { readOnly: true });
    expect(
      copy
        .prepare("SELECT name FROM probe")
        .all()
        .map((row) => row["name"]),
    ).toEqual(["a"]);
    copy.close();
    expect(await readdir(join(folder, "backups"))).toEqual([made?.name]);
  });

  it("is not copied again when nothing was written, and old copies are removed", async () => {
    await add("a");
    expect(await backups.make()).toBeDefined();
    expect(await backups.make()).toBeUndefined();
    for (const name of ["b", "c", "d"]) {
      await add(name);
      await backups.make();
    }
    expect(await backups.list()).toHaveLength(3);
  });
});

describe("the folder of backups", () => {
  it("loses what copies left that died, with their journals, and is read while another process removes some", async () => {
    await add("a");
    const made = await backups.make();
    const left = ["x.part", "x.part-journal", "x.part-wal"].map((name) => join(folder, "backups", name));
    for (const file of left) {
      await writeFile(file, "half");
      await utimes(file, 1, 1);
    }
    await symlink("gone", join(folder, "backups", "state-2026-11-21T190310.120Z.db"));
    expect((await backups.list()).map(({ name }) => name)).toEqual([made?.name]);
    await add("b");
    await backups.make();
    expect(left.filter((file) => existsSync(file))).toEqual([]);
  });
});

describe("an empty file", () => {
  it("becomes a new database where there never was a backup: a first start was killed at once", async () => {
    await writeFile(path, "");
    expect(await names()).toEqual([]);
  });
});

describe.each(Object.entries(damages))("a database %s", (_, damage) => {
  it("is set aside and replaced by the last good backup, which says so until somebody has looked", async () => {
    await add(...many("kept"));
    const backup = await backups.make();
    await add(...many("later"));
    await damage();
    const broken = await readFile(path);

    const { restoration, store, close } = await opened();
    expect(restoration).toMatchObject({ backup: backup?.name, stateOf: backup?.at });
    expect(restoration?.problems.length).toBeGreaterThan(0);
    await store.write((tx) => tx.insertInto("probe").values({ name: "afterwards", amount: 1 }).execute());
    await close();
    expect(await names()).toEqual(["afterwards", ...many("kept").toSorted()]);
    expect(await readFile(join(restoration?.setAside ?? "", "state.db"))).toEqual(broken);

    const again = await opened();
    expect(again.restoration).toEqual(restoration);
    if (restoration !== undefined) await concludeRestoration(path, restoration);
    await again.close();
    const last = await opened();
    expect(last.restoration).toBeUndefined();
    await last.close();
  });

  it("is an error with what to do for whoever only looks, and where there is no backup", async () => {
    await add(...many("a"));
    if ((await backups.list()).length === 0) await backups.make();
    await damage();
    expect(await names().catch(codeOf)).toBe("STATE_CORRUPT");
    const before = await readFile(path);
    for (const { path: copy } of await backups.list()) await writeFile(copy, garbage(9000));
    await expect(opened()).rejects.toMatchObject({
      code: "STATE_CORRUPT",
      message: expect.stringContaining("no sound backup"),
      hint: expect.stringContaining("tutti state restore"),
    });
    expect(await readFile(path)).toEqual(before);
  });
});

describe("a broken write-ahead log", () => {
  /** As after kill -9: the log is still there. */
  async function withLeftLog(): Promise<Buffer> {
    const { store, close } = await opened();
    await store.write((tx) => tx.insertInto("probe").values({ name: "in the log", amount: 1 }).execute());
    const [file, log] = [await readFile(path), await readFile(`${path}-wal`)];
    await close();
    await writeFile(path, file);
    await writeFile(`${path}-wal`, log);
    return log;
  }

  it("is set aside; the file itself is younger than any backup and stays", async () => {
    await add("a");
    await backups.make();
    const log = await withLeftLog();
    await writeFile(`${path}-wal`, garbage(log.length));
    const { restoration, close } = await opened();
    await close();
    expect(restoration?.backup).toBeUndefined();
    expect(await readFile(join(restoration?.setAside ?? "", "state.db-wal"))).toEqual(garbage(log.length));
    expect(await names()).toContain("a");
  });

  it("gives way to a backup that is younger than the file", async () => {
    await add("a");
    const log = await withLeftLog();
    const backup = await backups.make();
    await writeFile(`${path}-wal`, garbage(log.length));
    await utimes(path, 1, 1);
    const { restoration, close } = await opened();
    await close();
    expect(restoration?.backup).toBe(backup?.name);
    expect(await names()).toEqual(["a", "in the log"]);
  });
});

describe("replacing a database", () => {
  it("is refused while another one has it open", async () => {
    await add(...many("a"));
    await backups.make();
    const other = await opened();
    await overwrite(path, 4096 * 3, garbage(4096 * 4));
    await expect(opened()).rejects.toMatchObject({
      code: "STATE_CORRUPT",
      hint: expect.stringContaining("End them"),
    });
    await other.close();
    const { restoration, close } = await opened();
    expect(restoration).toBeDefined();
    await close();
  });

  it("is made good by whoever comes next after a death in its middle", async () => {
    await add("kept");
    const backup = await backups.make();
    await add("later");
    const setAside = join(folder, "damaged", "then");
    await writeFile(`${path}.incoming-2`, await readFile(backup?.path ?? ""));
    const note = { at: 2, stateOf: 1, backup: backup?.name, setAside, problems: ["p"] };
    await writeFile(`${path}.restored.json`, JSON.stringify(note));
    expect(await names()).toEqual(["kept"]);
    expect(existsSync(join(setAside, "state.db"))).toBe(true);
  });

  it("never takes the half copy of a restoration that died before it was noted", async () => {
    await add(...many("kept"));
    await backups.make();
    await overwrite(path, 4096 * 3, garbage(4096 * 4));
    await (await opened()).close();
    await add("later");
    // Nobody has looked at the first restoration yet, and the next one dies while it copies.
    for (const name of [`${path}.incoming`, `${path}.incoming-9`]) await writeFile(name, garbage(5000));
    expect(await names()).toEqual([...many("kept"), "later"].toSorted());
  });

  it("brings back a database that is gone", async () => {
    await add("kept");
    const backup = await backups.make();
    await rm(path);
    expect(await restoreState(path, backups)).toMatchObject({ backup: backup?.name });
    expect(await names()).toEqual(["kept"]);
  });

  it("takes an older backup where the newest is broken", async () => {
    await add(...many("old"));
    const old = await backups.make();
    await add("new");
    const broken = await backups.make();
    await overwrite(broken?.path ?? "", 4096 * 3, garbage(4096 * 4));
    await overwrite(path, 4096 * 3, garbage(4096 * 4));
    const { restoration, close } = await opened();
    expect(restoration?.backup).toBe(old?.name);
    await close();
  });

  it("never keeps a broken copy: making one says that the database is damaged", async () => {
    await add(...many("a"));
    const good = await backups.make();
    await overwrite(path, 4096 * 3, garbage(4096 * 4));
    await expect(backups.make()).rejects.toMatchObject({ code: "STATE_CORRUPT" });
    expect((await backups.list()).map(({ name }) => name)).toEqual([good?.name]);
  });
});
