import { expect, it } from "vitest";
import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { diffOf, patchOf } from "./diff-of.ts";
import { filesAmong, listFiles } from "./file-at.ts";
import { parseDiff } from "./parse-diff.ts";

const lines = (count: number): string => Array.from({ length: count }, (_, n) => `line ${n}\n`).join("");

it("reports a moved file as two changes, or as one when renames are asked for", async () => {
  await using scratch = await scratchRepository({ files: { "old name.txt": lines(20), "b.bin": "\0\u0001" } });
  const from = await scratch.git(["rev-parse", "HEAD"]);
  await scratch.git(["mv", "old name.txt", "tab\tname.txt"]);
  const to = await scratch.commit({ "tab\tname.txt": `${lines(20)}more\n`, "b.bin": "\0\u0002" });
  const repo = await scratch.open();

  const plain = await diffOf(repo, from, to);
  expect(plain.changedFiles.map(({ path, status }) => `${status} ${path}`)).toEqual([
    "modified b.bin",
    "deleted old name.txt",
    "added tab\tname.txt",
  ]);
  expect(plain.diffStat).toEqual({ files: 3, added: 21, deleted: 20 });
  const patch = await patchOf(repo, { from, to });
  expect([patch.includes("+more"), patch.includes("GIT binary patch")]).toEqual([true, true]);
  expect(await patchOf(repo, { from, to, isStat: true })).toContain("3 files changed");
});

it("parses nothing from nothing", () => {
  expect(parseDiff("")).toEqual([]);
});

it("shows files of a commit", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "deep/ä.txt": "ä", "z.txt": "" } });
  const repo = await scratch.open();
  expect(await listFiles(repo, repo.head, { limit: 2 })).toEqual({ paths: ["a.txt", "deep/ä.txt"], total: 3 });
  await expect(listFiles(repo, "nothing")).rejects.toMatchObject({ code: "GIT_FAILED" });
});

it("tells files of a commit from words that only look like files", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "deep/ä.txt": "ä", "b*.txt": "" } });
  const repo = await scratch.open();
  const words = ["req.body", "deep/ä.txt", "b*.txt", "deep", "*.txt", "a.txt/b.txt", "../a.txt", "/a.txt", "./a.txt"];
  expect(await filesAmong(repo, repo.head, words)).toEqual([
    { path: "deep/ä.txt", sizeBytes: 2 },
    { path: "b*.txt", sizeBytes: 0 },
    { path: "./a.txt", sizeBytes: 4 },
  ]);
});
