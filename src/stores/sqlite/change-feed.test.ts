import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ChangeFeed } from "./change-feed.ts";
import { PreparedSession } from "./sqlite-session.ts";

let folder: string;
let writer: DatabaseSync;
let reader: DatabaseSync;
let feed: ChangeFeed | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-feed-"));
  const path = join(folder, "a.db");
  writer = new DatabaseSync(path);
  writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b INTEGER)");
  reader = new DatabaseSync(path);
});

afterEach(async () => {
  feed?.close();
  reader.close();
  writer.close();
  await rm(folder, { recursive: true });
});

const commitWhile = async (path: string): Promise<readonly boolean[]> => {
  feed = new ChangeFeed(new PreparedSession(reader), path);
  const watch = feed.watch();
  const heard: boolean[] = [];
  for (let commit = 0; commit < 20; commit += 1) {
    const waiting = watch.wait({ timeoutMs: 10_000 });
    writer.exec("INSERT INTO a VALUES (1)");
    heard.push(await waiting);
  }
  return heard;
};

it("hears of every commit", async () => {
  expect(await commitWhile(join(folder, "a.db"))).toEqual(Array(20).fill(true));
});

it("hears of every commit where the system does not tell of writes", async () => {
  expect(await commitWhile(join(folder, "not-there.db"))).toEqual(Array(20).fill(true));
});

it("hears of commits again after silence that it took for hearing: a log that is not the one written to", async () => {
  const other = new DatabaseSync(join(folder, "other.db"));
  other.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (b INTEGER)");
  expect(await commitWhile(join(folder, "other.db"))).toEqual(Array(20).fill(true));
  other.close();
});
