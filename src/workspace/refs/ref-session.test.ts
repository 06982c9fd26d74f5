import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";

import { noteGits, type NotedGit } from "../../../test/support/noted-gits.ts";
import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { deleteRef, setRef, updateRef, updateRefs } from "./update-ref.ts";

afterEach(() => void vi.unstubAllEnvs());

const commandsOf = (gits: readonly NotedGit[]): readonly string[] => gits.map(({ command }) => command);

it("moves refs by one git, whose refusals it tells; then by another one", async () => {
  await using scratch = await scratchRepository();
  const [repo, gits] = [await scratch.open(), await noteGits(scratch.parent)];
  const [one, two] = ["refs/tutti/j/one", "refs/tutti/j/two"];

  await updateRef(repo, { ref: one, to: repo.head, from: undefined });
  await Promise.all([
    updateRef(repo, { ref: two, to: repo.head, from: undefined }),
    setRef(repo, "refs/tutti/j/three", repo.head),
  ]);
  await deleteRef(repo, two, repo.head);

  const again = [two, one].map((ref) => ({ ref, to: repo.head, from: undefined }));
  await expect(updateRefs(repo, again)).rejects.toMatchObject({ code: "CONFLICT" });
  await updateRef(repo, { ref: two, to: repo.head, from: undefined });

  expect(commandsOf(await gits())).toEqual(["update-ref", "update-ref"]);
  const listed = await scratch.git(["for-each-ref", "--format=%(refname)", "refs/tutti"]);
  expect(listed.split("\n")).toEqual([one, "refs/tutti/j/three", two]);
});

it("goes on with another git when the one that stands by is killed", async () => {
  await using scratch = await scratchRepository();
  const [repo, gits] = [await scratch.open(), await noteGits(scratch.parent)];

  await setRef(repo, "refs/tutti/j/one", repo.head);
  const [standing] = await gits();
  if (standing === undefined) throw new Error("no git was started");
  try {
    process.kill(standing.pid, "SIGKILL");
  } catch {
    // On a machine that stood still for seconds it has ended already.
  }
  await setRef(repo, "refs/tutti/j/two", repo.head);

  expect(await scratch.git(["rev-parse", "refs/tutti/j/two"])).toBe(repo.head);
  expect(commandsOf(await gits())).toEqual(["update-ref"]);
});

it("says why git could not move a ref", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const gone = { ...repo, commonDir: join(scratch.parent, "gone") };

  await expect(setRef(repo, "refs/tutti/no..name", repo.head)).rejects.toMatchObject({
    code: "GIT_FAILED",
    message: expect.stringContaining("invalid ref"),
  });
  await expect(setRef(repo, `refs/tutti/a b\nupdate refs/heads/main ${"0".repeat(40)}`, repo.head)).rejects.toThrow();
  expect(await scratch.git(["rev-parse", "main"])).toBe(repo.head);
  await expect(setRef(gone, "refs/tutti/j/one", repo.head)).rejects.toMatchObject({
    code: "GIT_FAILED",
    cause: { code: "ENOENT" },
  });
});
