import { expect, it } from "vitest";

import { scratchRepository, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { mergedCommits } from "./merged-work.ts";
import { rebuildTip } from "./rebuild-tip.ts";

const merge = (scratch: ScratchRepository, task: string, files: Readonly<Record<string, string>>) =>
  scratch.commit(files, `Do ${task}\n\nTutti-Task: job/${task}\nTutti-Attempt: job/${task}/1`);

it("makes a branch again without one task's work, and leaves what stands before it as it is", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "1\n2\n3\n4\n5\n6\n" } });
  const base = (await scratch.open()).head;
  const one = await merge(scratch, "one", { "a.txt": "one\n2\n3\n4\n5\n6\n" });
  await merge(scratch, "two", { "two.txt": "two\n" });
  const three = await merge(scratch, "three", { "a.txt": "one\n2\n3\n4\n5\nthree\n", "bin*": "\0" });
  const repo = await scratch.open();
  const commits = await mergedCommits(repo, base, three);
  expect(commits.map(({ task, attempt }) => [task, attempt])).toEqual(
    ["one", "two", "three"].map((key) => [`job/${key}`, `job/${key}/1`]),
  );

  const rebuilt = await rebuildTip(
    repo,
    base,
    commits.filter(({ task }) => task !== "job/two"),
  );
  if (rebuilt.status !== "rebuilt") throw new Error("a conflict");
  const { tip, remade } = rebuilt;
  expect([...remade.keys()]).toEqual([three]);
  expect((await scratch.git(["rev-parse", `${tip}^`])).trim()).toBe(one);
  expect((await scratch.git(["ls-tree", "-r", "--name-only", tip])).split("\n").filter(Boolean)).toEqual([
    "a.txt",
    "bin",
  ]);
  expect(await scratch.git(["show", `${tip}:a.txt`])).toBe("one\n2\n3\n4\n5\nthree");
  expect(await scratch.git(["log", "-1", "--format=%an%n%B", tip])).toContain("Ada\nDo three\n\nTutti-Task: job/three");
  expect(await rebuildTip(repo, base, commits)).toMatchObject({ status: "rebuilt", tip: three });
});

it("says whose work does not fit without another's", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "old\n" } });
  const base = (await scratch.open()).head;
  await merge(scratch, "one", { "a.txt": "one\n" });
  const two = await merge(scratch, "two", { "a.txt": "one and two\n" });
  const repo = await scratch.open();
  const [, last] = await mergedCommits(repo, base, two);
  if (last === undefined) throw new Error("two commits are needed");
  expect(await rebuildTip(repo, base, [last])).toEqual({ status: "conflict", with: last, files: ["a.txt"] });
});
