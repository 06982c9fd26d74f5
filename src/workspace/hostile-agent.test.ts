import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

import {
  job,
  scratchRepository,
  userGit,
  writeFiles,
  type ScratchRepository,
} from "../../test/support/scratch-repository.ts";
import { rescueSlot } from "./rescue/rescue-slot.ts";
import type { Rescue } from "./rescue/rescue.ts";
import { prepareSlot } from "./setup/prepare-slot.ts";
import { moveSlot } from "./slots/move-slot.ts";
import type { Slot } from "./slots/slot.ts";

const rescue = (slot: Slot): Promise<Rescue | undefined> => rescueSlot(slot, { jobId: job, reason: "the worker died" });

/** A repository whose missing objects are fetched from a server, by a command of the agent's. */
async function fetchesBy(slot: Slot, gitDir: string, witness: string): Promise<void> {
  const config = `[core]
\trepositoryformatversion = 1
\tbare = false
[extensions]
\tpartialClone = evil
[remote "evil"]
\tpromisor = true
\turl = ${slot.path}
\tuploadpack = "touch ${witness}; git-upload-pack"
[protocol]
\tallow = always
`;
  await writeFile(join(gitDir, "config"), config);
  await writeFile(join(gitDir, "refs/heads/missing"), `${"1".repeat(40)}\n`);
}

it("a git of ours that reads an agent's repository starts no program of the agent's", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const inner = join(slot.path, "inner");
  await writeFiles(slot.path, { "new.txt": "new\n", "inner/x.txt": "x\n" });
  await userGit(inner, ["init", "--quiet"]);
  const witnesses = ["outer", "inner"].map((name) => join(scratch.parent, name));
  await fetchesBy(slot, slot.gitDir, witnesses[0] ?? "");
  await fetchesBy(slot, join(inner, ".git"), witnesses[1] ?? "");

  const saved = await rescue(slot);

  expect(witnesses.filter((file) => existsSync(file))).toEqual([]);
  expect(await scratch.git(["ls-tree", "-r", "--name-only", saved?.ref ?? ""])).toBe("a.txt\ninner/x.txt\nnew.txt");
});

it("a link to the user's repository in place of .git leads nothing out of it and nothing into it", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await mkdir(join(scratch.root, ".git/modules/lib"), { recursive: true });
  await writeFiles(slot.path, { "new.txt": "new\n" });
  await rename(slot.gitDir, join(slot.path, ".old"));
  await symlink(join(scratch.root, ".git"), slot.gitDir);
  const before = await contentOf(scratch);

  await moveSlot(slot, { to: slot.repo.head, jobId: job });

  expect(await contentOf(scratch)).toEqual(before);
  expect(await userGit(slot.path, ["for-each-ref"])).toBe("");
});

const contentOf = async (scratch: ScratchRepository) => ({
  folders: await readdir(join(scratch.root, ".git")),
  modules: await readdir(join(scratch.root, ".git/modules")),
  status: await scratch.git(["status", "--porcelain=v2", "--branch"]),
});

it("a copy's folder that became a link to the user's own is not emptied through it", async () => {
  await using scratch = await scratchRepository({ files: { ".gitignore": "conf\n", "a.txt": "one\n" } });
  const slot = await scratch.slot("s1");
  const request = { setup: [], copy: ["conf/.env"] };
  await writeFiles(scratch.root, { "conf/.env": "KEY=1\n" });
  expect((await prepareSlot(slot, request)).copied).toEqual(["conf/.env"]);
  await rm(join(slot.path, "conf"), { recursive: true });
  await symlink(join(scratch.root, "conf"), join(slot.path, "conf"));

  expect((await prepareSlot(slot, request)).copied).toEqual([]);

  expect(await readFile(join(scratch.root, "conf/.env"), "utf8")).toBe("KEY=1\n");
});

it("what is to be excluded is written into no file that the agent's .git links to", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  const file = join(scratch.parent, ".bashrc");
  await writeFiles(scratch.root, { ".env": "KEY=1\n" });
  await writeFile(file, "mine\n");
  await rm(join(slot.gitDir, "info/exclude"));
  await symlink(file, join(slot.gitDir, "info/exclude"));

  await prepareSlot(slot, { setup: [], copy: [".env"] });

  expect(await readFile(file, "utf8")).toBe("mine\n");
  expect(await userGit(slot.path, ["status", "--porcelain"])).toBe("");
});

it("a pipe in place of a file holds nothing up", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "new.txt": "new\n" });
  await rm(join(slot.gitDir, "index"));
  execFileSync("mkfifo", [join(slot.gitDir, "index"), join(slot.path, "lock.json")]);

  await prepareSlot(slot, { setup: [{ run: "true", when: ["lock.json"] }], copy: [] });
  const saved = await rescue(slot);

  expect(await scratch.git(["show", `${saved?.ref}:new.txt`])).toBe("new");
});
