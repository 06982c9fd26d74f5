import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probeMigrations, type ProbeTables } from "../../testing/probe-tables.ts";
import { storeConformance } from "../../testing/store-conformance.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-store.ts";

const fixture = fileURLToPath(new URL("open-store.fixture.ts", import.meta.url));

async function makeDatabase() {
  const folder = await mkdtemp(join(tmpdir(), "tutti-sqlite-"));
  const stores: SqliteStore<ProbeTables>[] = [];
  const path = join(folder, "state", "tutti.db");
  const open = async (options: { busyLimitMs?: number } = {}) => {
    const store = await openSqliteStore<ProbeTables>({ path, migrations: probeMigrations, ...options });
    stores.push(store);
    return store;
  };
  const remove = async () => {
    for (const store of stores) await store.close();
    await rm(folder, { recursive: true });
  };
  return { folder, path, open, remove };
}

storeConformance("node:sqlite", async () => {
  const { open, remove } = await makeDatabase();
  return { store: await open(), openSecond: open, remove };
});

describe("openSqliteStore", () => {
  let database: Awaited<ReturnType<typeof makeDatabase>>;
  beforeEach(async () => {
    database = await makeDatabase();
  });
  afterEach(() => database.remove());

  it("keeps what was written when it is opened again, and migrates once", async () => {
    const first = await database.open();
    await first.write((tx) => tx.insertInto("probe").values({ name: "a", amount: 1 }).execute());
    await first.close();
    const again = await database.open();
    expect(await again.read((db) => db.selectFrom("probe").selectAll().execute())).toEqual([{ name: "a", amount: 1 }]);
  });

  it("is for its owner alone, with its folder, its log and its other files", async () => {
    const inner = join(database.folder, "new");
    const store = await openSqliteStore<ProbeTables>({ path: join(inner, "state.db"), migrations: probeMigrations });
    const modes = async (): Promise<readonly number[]> =>
      Promise.all(
        [inner, ...(await readdir(inner)).map((name) => join(inner, name))].map(
          async (each) => (await stat(each)).mode & 0o077,
        ),
      );
    expect(new Set(await modes())).toEqual(new Set([0]));
    await store.close();
  });

  it("refuses a database that a newer version has migrated", async () => {
    await (await database.open()).close();
    const older = openSqliteStore<ProbeTables>({ path: database.path, migrations: {} });
    await expect(older).rejects.toMatchObject({ code: "STATE_NEWER" });
  });

  it("applies new migrations of one module when another module's later ones are there already", async () => {
    await (await database.open()).close();
    const migrations = { ...probeMigrations, "engine-001-early": { up: async () => {} } };
    const store = await openSqliteStore<ProbeTables>({ path: database.path, migrations });
    await store.close();
    await expect(database.open()).rejects.toMatchObject({ code: "STATE_NEWER" });
  });

  it("says that a file isn't a database", async () => {
    const path = join(database.folder, "note.db");
    await writeFile(path, "a note, and not a database. ".repeat(100));
    const opening = openSqliteStore<ProbeTables>({ path, migrations: probeMigrations });
    await expect(opening).rejects.toMatchObject({ code: "STATE_CORRUPT", context: { path } });
  });

  it("says that its folder can't be made", async () => {
    const file = join(database.folder, "file");
    await writeFile(file, "");
    const opening = openSqliteStore<ProbeTables>({ path: join(file, "tutti.db"), migrations: probeMigrations });
    await expect(opening).rejects.toMatchObject({ code: "STATE_UNAVAILABLE" });
  });

  it("gives up with STATE_BUSY when another connection holds the lock for the whole limit", async () => {
    const store = await database.open({ busyLimitMs: 60 });
    const other = new DatabaseSync(database.path);
    other.exec("BEGIN IMMEDIATE");
    const writes = [
      store.transact((session) => session.run("DELETE FROM probe")),
      store.write((tx) => tx.deleteFrom("probe").execute()),
    ];
    for (const write of await Promise.allSettled(writes)) {
      expect(write).toMatchObject({ status: "rejected", reason: { code: "STATE_BUSY", failureClass: "transient" } });
    }
    other.exec("ROLLBACK");
    other.close();
    expect(await store.transact((session) => session.run("DELETE FROM probe"))).toBe(0);
  });

  it("undoes only the failing one of commands that share a transaction", async () => {
    const store = await database.open();
    const add = (name: string) =>
      store.transact((session) => session.run("INSERT INTO probe VALUES (?, 1), (? || '2', 1)", name, name));
    const outcomes = await Promise.allSettled([add("a"), add("b"), add("a"), add("c")]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await store.inspect((session) => session.get("SELECT count(*) AS n FROM probe")?.["n"])).toBe(6);
  });

  it("never mixes a synchronous command into the transaction of an asynchronous one", async () => {
    const store = await database.open();
    const add = (name: string) => store.transact((session) => session.run("INSERT INTO probe VALUES (?, 1)", name));
    let sync: Promise<number> | undefined;
    const failing = store.write(async (tx) => {
      await tx.insertInto("probe").values({ name: "async", amount: 1 }).execute();
      sync = add("sync");
      await tx.selectFrom("probe").selectAll().execute();
      throw new Error("undo the asynchronous one");
    });
    await expect(failing).rejects.toThrow("undo");
    await sync;
    expect(await store.inspect((session) => session.all("SELECT name FROM probe"))).toEqual([{ name: "sync" }]);
  });

  it("refuses to write through a read", async () => {
    const store = await database.open();
    const writing = store.read((db) => db.deleteFrom("probe").execute());
    await expect(writing).rejects.toMatchObject({ code: "STATE_UNAVAILABLE" });
  });

  it("lets many processes open a fresh file at once", async () => {
    const run = promisify(execFile);
    const opening = Array.from({ length: 6 }, (_, index) =>
      run(process.execPath, [fixture, database.path, `p${index}`]),
    );
    await Promise.all(opening);
    const store = await database.open();
    const rows = await store.read((db) => db.selectFrom("probe").select("name").orderBy("name").execute());
    expect(rows.map((row) => row.name)).toEqual(["p0", "p1", "p2", "p3", "p4", "p5"]);
  });
});
