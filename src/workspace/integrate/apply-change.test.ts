import { expect, it } from "vitest";

import type { CommitId } from "../../domain/ids.ts";
import { scratchRepository, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { dropResultRefs, keepResultCommit, listResultRefs } from "../refs/result-refs.ts";
import { applyChange } from "./apply-change.ts";

const start = { "a.txt": "1\n2\n3\n4\n5\n", "b.txt": "b\n" };
const refsOf = (scratch: ScratchRepository) => scratch.git(["for-each-ref"]);

async function branched(scratch: ScratchRepository, files: Record<string, string>): Promise<CommitId> {
  await scratch.git(["checkout", "--quiet", "--detach", "main"]);
  return scratch.commit(files);
}

it("makes a change again where something else has changed, and moves nothing of the user's", async () => {
  await using scratch = await scratchRepository({ files: start });
  const repo = await scratch.open();
  const changed = await branched(scratch, { "a.txt": "1\n2\n3\n4\nfive\n", "new/c.txt": "c\n" });
  const onto = await branched(scratch, { "a.txt": "one\n2\n3\n4\n5\n", "b.txt": "B\n" });
  const before = await refsOf(scratch);

  const result = await applyChange(repo, { base: repo.head, changed, onto, message: "again" });

  if (result.status !== "applied") throw new Error("it should fit");
  expect(await scratch.git(["show", `${result.commit}:a.txt`])).toBe("one\n2\n3\n4\nfive");
  expect(await scratch.git(["show", `${result.commit}:b.txt`])).toBe("B");
  expect(await scratch.git(["show", `${result.commit}:new/c.txt`])).toBe("c");
  expect(await scratch.git(["rev-parse", `${result.commit}^@`])).toBe(onto);
  expect(await refsOf(scratch)).toBe(before);
  expect(await scratch.git(["status", "--porcelain"])).toBe("");
});

it("takes the files as they are where nothing else has changed", async () => {
  await using scratch = await scratchRepository({ files: start });
  const repo = await scratch.open();
  const changed = await branched(scratch, { "a.txt": "other\n" });

  const result = await applyChange(repo, { base: repo.head, changed, onto: repo.head, message: "again" });

  if (result.status !== "applied") throw new Error("it should fit");
  expect(await scratch.git(["rev-parse", `${result.commit}^{tree}`])).toBe(
    await scratch.git(["rev-parse", `${changed}^{tree}`]),
  );
});

it("names the files in conflict and makes nothing of them", async () => {
  await using scratch = await scratchRepository({ files: start });
  const repo = await scratch.open();
  const changed = await branched(scratch, { "a.txt": "mine\n" });
  const onto = await branched(scratch, { "a.txt": "theirs\n" });

  expect(await applyChange(repo, { base: repo.head, changed, onto, message: "again" })).toEqual({
    status: "conflict",
    files: ["a.txt"],
  });
});

it("keeps a result's commit from garbage collection until it is dropped, and drops nothing else", async () => {
  await using scratch = await scratchRepository({ files: start });
  const repo = await scratch.open();
  const kept = await branched(scratch, { "a.txt": "kept\n" });
  await keepResultCommit(repo, "k1", kept);
  await keepResultCommit(repo, "k2", repo.head);
  await scratch.git(["checkout", "--quiet", "main"]);
  await scratch.git(["update-ref", "refs/tutti/job-1/tip", kept]);
  await scratch.git(["update-ref", "-d", "refs/tutti/job-1/tip"]);
  await scratch.git(["reflog", "expire", "--expire=now", "--all"]);
  await scratch.git(["gc", "--quiet", "--prune=now"]);

  expect(await scratch.git(["show", `${kept}:a.txt`])).toBe("kept");
  expect(await listResultRefs(repo)).toEqual(
    new Map([
      ["k1", kept],
      ["k2", repo.head],
    ]),
  );
  await scratch.git(["update-ref", "refs/tutti/job-1/cache/k1", kept]);
  await dropResultRefs(repo, new Map([["k1", kept]]));
  expect(await refsOf(scratch)).toContain("refs/tutti/job-1/cache/k1");
  expect([...(await listResultRefs(repo)).keys()]).toEqual(["k2"]);
});
