import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attemptRef } from "../refs/ref-names.ts";
import { asAttemptId, type CommitId } from "../../domain/ids.ts";
import { moveSlot } from "../slots/move-slot.ts";
import type { Slot } from "../slots/slot.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { job, scratchRepository, userGit, writeFiles } from "../../../test/support/scratch-repository.ts";
import { prepareSlot, type Prepared, type SetupRequest } from "./prepare-slot.ts";

const prepare = async (slot: Slot, request: Partial<SetupRequest>): Promise<Prepared> =>
  await prepareSlot(slot, { setup: [], copy: [], ...request });

let snapshots = 0;

async function changedBy(slot: Slot, parent: CommitId = slot.repo.head): Promise<readonly string[]> {
  snapshots += 1;
  const ref = attemptRef(job, asAttemptId(`job-1/setup/${snapshots}`));
  const { changedFiles } = await snapshot(slot, { ref, parent, message: "work" });
  return changedFiles.map(({ path }) => path);
}

const read = async (slot: Slot, path: string): Promise<string> => await readFile(join(slot.path, path), "utf8");

it("runs a command once for a slot, and again when a file that it depends on changes", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "log\n", "lock.json": "1\n" } });
  const slot = await scratch.slot("s1");
  const setup = [{ run: "echo once >> log" }, { run: "cat lock.json >> log", when: ["lock.json", "absent.json"] }];

  expect((await prepare(slot, { setup })).ran).toHaveLength(2);
  expect((await prepare(slot, { setup })).ran).toEqual([]);
  const next = await scratch.commit({ "lock.json": "2\n" });
  await moveSlot(slot, { to: next, jobId: job });
  expect((await prepare(slot, { setup })).ran).toEqual(["cat lock.json >> log"]);
  expect(await read(slot, "log")).toBe("once\n1\n2\n");
});

it("never counts what commands leave behind as work, and keeps it when the slot moves", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "lock.json": "{}\n" } });
  const slot = await scratch.slot("s1");
  const setup = [{ run: "mkdir -p env/bin && echo x > env/bin/tool && echo rewritten > lock.json" }];

  expect(await prepare(slot, { setup })).toMatchObject({ putBack: ["lock.json"] });
  expect(await read(slot, "lock.json")).toBe("{}\n");
  await writeFiles(slot.path, { "env/mine.txt": "work beside it\n" });
  expect(await changedBy(slot)).toEqual(["env/mine.txt"]);

  const { rescues } = await moveSlot(slot, { to: slot.repo.head, jobId: job });
  expect(rescues).toEqual([]);
  expect(existsSync(join(slot.path, "env/bin/tool"))).toBe(true);
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
});

it("counts what commands change as work in a slot that holds work already", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "work\n" });
  await prepare(slot, { setup: [{ run: "echo made > made.txt" }] });
  expect(await changedBy(slot)).toEqual(["a.txt", "made.txt"]);
});

it("copies untracked files, follows their content, and removes what the user removed", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": ".env*\n", "app/a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  const copy = [".env", "**/.env.local", "app/a.txt"];
  await writeFiles(scratch.root, { ".env": "KEY=1\n", "app/.env.local": "L=1\n", "app/a.txt": "the user's edit\n" });

  expect((await prepare(slot, { copy })).copied).toEqual([".env", "app/.env.local"]);
  expect(await read(slot, "app/a.txt")).toBe("one\n");
  await writeFiles(scratch.root, { ".env": "KEY=2\n" });
  await rm(join(scratch.root, "app/.env.local"));
  await prepare(slot, { copy });
  expect(await read(slot, ".env")).toBe("KEY=2\n");
  expect(existsSync(join(slot.path, "app/.env.local"))).toBe(false);
});

it("lets no copied file into a snapshot, whatever the agent's ignore rules and expected outputs say", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(scratch.root, { ".env": "KEY=secret\n" });
  await prepare(slot, { copy: [".env"] });
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
  await writeFiles(slot.path, { ".gitignore": "!.env\n" });
  await userGit(slot.path, ["add", "--force", ".env"]);

  const ref = attemptRef(job, asAttemptId("job-1/t/1"));
  const request = { ref, parent: slot.repo.head, message: "work", includeIgnored: ["**/.env*", ".env"] };
  const { changedFiles } = await snapshot(slot, request);
  expect(changedFiles.map(({ path }) => path)).toEqual([".gitignore"]);
});

it("writes no copy through a link that leads out of the slot", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "conf/\n", "a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  await writeFiles(scratch.root, { "conf/.env": "KEY=1\n" });
  const outside = join(scratch.parent, "outside");
  await mkdir(outside);
  await symlink(outside, join(slot.path, "conf"));
  expect((await prepare(slot, { copy: ["conf/.env"] })).copied).toEqual([]);
  expect(existsSync(join(outside, ".env"))).toBe(false);
});

it("tells the end of the output when a command fails, and runs it again the next time", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const setup = [{ run: "echo out; echo broken >&2; exit 3" }];
  const failure = { code: "SETUP_FAILED", context: { exitCode: 3, output: expect.stringContaining("broken") } };
  await expect(prepare(slot, { setup })).rejects.toMatchObject(failure);
  await expect(prepare(slot, { setup })).rejects.toMatchObject(failure);
});

it("ends a command and its children at the time limit and when it is stopped", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const setup = [{ run: "sleep 1000 & echo $! > child; wait" }];
  await expect(prepare(slot, { setup, timeoutMs: 300 })).rejects.toMatchObject({ code: "SETUP_FAILED" });
  const impatient = setup.map((command) => ({ ...command, timeoutMs: 300 }));
  await expect(prepare(slot, { setup: impatient })).rejects.toMatchObject({ code: "SETUP_FAILED" });
  const pid = Number(await read(slot, "child"));
  await expect.poll(() => isRunning(pid)).toBe(false);

  const stop = new AbortController();
  const running = prepare(slot, { setup, signal: stop.signal, onOutput: () => stop.abort() });
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: "ABORTED" });
});

it("does not wait for what a command left in the background", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "pid\n" } });
  const slot = await scratch.slot("s1");
  await prepare(slot, { setup: [{ run: "sleep 1000 & echo $! > pid" }] });
  const pid = Number(await read(slot, "pid"));
  expect(await isRunning(pid)).toBe(true);
  process.kill(pid);
});

it("tells commands where they are and hides the user's git variables", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "env\n" } });
  const slot = await scratch.slot("s1");
  const env = { PATH: process.env["PATH"], GIT_DIR: "/nowhere", MINE: "1" };
  await prepare(slot, { setup: [{ run: "env > env" }], env, cacheDir: "/cache" });
  const seen = await read(slot, "env");
  expect(seen).toMatch(/^MINE=1$/m);
  expect(seen).toMatch(/^TUTTI_SLOT=s1$/m);
  expect(seen).toMatch(/^TUTTI_CACHE_DIR=\/cache$/m);
  expect(seen).not.toMatch(/^GIT_DIR=/m);
});

it("keeps the mode of a copied file", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(scratch.root, { "local.sh*": "#!/bin/sh\n" });
  await prepare(slot, { copy: ["local.sh"] });
  expect((await stat(join(slot.path, "local.sh"))).mode & 0o111).not.toBe(0);
  await writeFile(join(slot.path, "unrelated.txt"), "x");
  expect(await changedBy(slot)).toEqual(["unrelated.txt"]);
});

/** Whether a process lives; one that only waits to be reaped doesn't. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat);
}
