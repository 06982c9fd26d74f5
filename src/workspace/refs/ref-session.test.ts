import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";

import { scratchRepository, type ScratchRepository } from "../../../test/support/scratch-repository.ts";
import { deleteRef, setRef, updateRef, updateRefs } from "./update-ref.ts";

afterEach(() => void vi.unstubAllEnvs());

/** Notes the process id of every git that is started to move refs. */
async function noteGits({ parent }: ScratchRepository): Promise<() => Promise<readonly number[]>> {
  const [folder, notes] = [join(parent, "bin"), join(parent, "gits")];
  const git = execFileSync("which", ["git"]).toString().trim();
  await mkdir(folder);
  await writeFile(
    join(folder, "git"),
    `#!/bin/sh\ncase "$*" in *update-ref*) echo $$ >> "${notes}";; esac\nexec "${git}" "$@"\n`,
  );
  await chmod(join(folder, "git"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  return async () => (await readFile(notes, "utf8")).trim().split("\n").map(Number);
}

it("moves refs by one git, whose refusals it tells; then by another one", async () => {
  await using scratch = await scratchRepository();
  const [repo, gits] = [await scratch.open(), await noteGits(scratch)];
  const [one, two] = ["refs/tutti/j/one", "refs/tutti/j/two"];

  await updateRef(repo, { ref: one, to: repo.head, from: undefined });
  await Promise.all([
    updateRef(repo, { ref: two, to: repo.head, from: undefined }),
    setRef(repo, "refs/tutti/j/three", repo.head),
  ]);
  await deleteRef(repo, two, repo.head);
  expect(await gits()).toHaveLength(1);

  const again = [two, one].map((ref) => ({ ref, to: repo.head, from: undefined }));
  await expect(updateRefs(repo, again)).rejects.toMatchObject({ code: "CONFLICT" });
  await updateRef(repo, { ref: two, to: repo.head, from: undefined });

  expect(await gits()).toHaveLength(2);
  const listed = await scratch.git(["for-each-ref", "--format=%(refname)", "refs/tutti"]);
  expect(listed.split("\n")).toEqual([one, "refs/tutti/j/three", two]);
});

it("goes on with another git when the one that stands by is killed", async () => {
  await using scratch = await scratchRepository();
  const [repo, gits] = [await scratch.open(), await noteGits(scratch)];

  await setRef(repo, "refs/tutti/j/one", repo.head);
  for (const pid of await gits()) process.kill(pid, "SIGKILL");
  await setRef(repo, "refs/tutti/j/two", repo.head);

  expect(await scratch.git(["rev-parse", "refs/tutti/j/two"])).toBe(repo.head);
  expect(await gits()).toHaveLength(2);
});

it("says why git could not move a ref", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const gone = { ...repo, commonDir: join(scratch.parent, "gone") };

  await expect(setRef(repo, "refs/tutti/no..name", repo.head)).rejects.toMatchObject({
    code: "GIT_FAILED",
    message: expect.stringContaining("invalid ref"),
  });
  await expect(setRef(gone, "refs/tutti/j/one", repo.head)).rejects.toMatchObject({
    code: "GIT_FAILED",
    cause: { code: "ENOENT" },
  });
});
