import { expect, it } from "vitest";
import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { diffOf, diffWithRenames, patchOf } from "./diff-of.ts";
import { fileAt, listFiles } from "./file-at.ts";
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
  expect((await diffWithRenames(repo, from, to)).changedFiles).toEqual([
    { path: "b.bin", status: "modified", kind: "file", added: 0, deleted: 0, isBinary: true },
    {
      path: "tab\tname.txt",
      oldPath: "old name.txt",
      status: "renamed",
      kind: "file",
      added: 1,
      deleted: 0,
      isBinary: false,
    },
  ]);
  expect(await patchOf(repo, from, to)).toContain("+more");
});

it("parses nothing from nothing", () => {
  expect(parseDiff("")).toEqual([]);
});

it("shows files of a commit", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "deep/ä.txt": "ä", "z.txt": "" } });
  const repo = await scratch.open();
  expect(await fileAt(repo, repo.head, "deep/ä.txt")).toBe("ä");
  expect(await fileAt(repo, repo.head, "z.txt")).toBe("");
  expect(await fileAt(repo, repo.head, "nothing.txt")).toBeUndefined();
  expect(await fileAt(repo, repo.head, "deep")).toBeUndefined();
  expect(await listFiles(repo, repo.head, { limit: 2 })).toEqual({ paths: ["a.txt", "deep/ä.txt"], total: 3 });
  await expect(listFiles(repo, "nothing")).rejects.toMatchObject({ code: "GIT_FAILED" });
});
