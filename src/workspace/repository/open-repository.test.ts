import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratchRepository, writeFiles } from "../../../test/support/scratch-repository.ts";
import { openRepository } from "./open-repository.ts";
import { isDirty } from "./repository.ts";

it("finds the repository from a subfolder and says where it stands", async () => {
  await using scratch = await scratchRepository({ files: { "deep/er/a.txt": "one\n" } });
  const repo = await openRepository(join(scratch.root, "deep/er"));
  expect(repo).toMatchObject({
    root: scratch.root,
    gitDir: join(scratch.root, ".git"),
    commonDir: join(scratch.root, ".git"),
    branch: "main",
    name: "project",
    objectFormat: "sha1",
    identity: { name: "Ada", email: "ada@example.org" },
  });
  expect(repo.head).toBe(await scratch.git(["rev-parse", "HEAD"]));
  expect(await isDirty(repo)).toBe(false);
  await writeFiles(scratch.root, { "new.txt": "n" });
  expect(await isDirty(repo)).toBe(true);
});

it("gives a linked checkout and its main one the same project", async () => {
  await using scratch = await scratchRepository();
  const linked = join(scratch.parent, "linked");
  await scratch.git(["worktree", "add", "--quiet", "--detach", linked]);
  const [main, other] = await Promise.all([openRepository(scratch.root), openRepository(linked)]);
  expect(other).toMatchObject({ projectId: main.projectId, name: "project", root: linked, branch: undefined });
});

it("works in a checkout of a bare repository, in a submodule and in the middle of a merge", async () => {
  await using scratch = await scratchRepository();
  const bare = join(scratch.parent, "central.git");
  await scratch.git(["clone", "--quiet", "--bare", scratch.root, bare]);
  await scratch.git(["worktree", "add", "--quiet", join(scratch.parent, "work"), "main"], bare);
  expect(await openRepository(join(scratch.parent, "work"))).toMatchObject({ name: "central", commonDir: bare });

  await scratch.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", bare, "sub"]);
  expect(await openRepository(join(scratch.root, "sub"))).toMatchObject({ root: join(scratch.root, "sub") });

  await scratch.commit({}, "with a submodule");
  await scratch.git(["branch", "side", "HEAD~1"]);
  await scratch.git(["merge", "--no-commit", "--no-ff", "-s", "ours", "side"]).catch(String);
  expect(await scratch.open()).toMatchObject({ branch: "main" });
});

it("refuses what has no files to work on, with a way on", async () => {
  await using scratch = await scratchRepository();
  const bare = join(scratch.parent, "bare.git");
  await scratch.git(["clone", "--quiet", "--bare", scratch.root, bare]);
  const outside = join(scratch.parent, "outside");
  await mkdir(outside);
  for (const directory of [outside, bare, join(scratch.root, ".git")]) {
    await expect(openRepository(directory)).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
      hint: expect.stringMatching(/git|folder/),
    });
  }
});

it("refuses a repository without a commit and says how to make one", async () => {
  await using scratch = await scratchRepository({ files: false });
  await expect(scratch.open()).rejects.toMatchObject({
    code: "NO_COMMIT",
    hint: expect.stringContaining("git commit"),
  });
});

it("says what git says about a repository that this git can't use, and does not ask for a new one", async () => {
  await using scratch = await scratchRepository();
  await scratch.git(["config", "core.repositoryFormatVersion", "1"]);
  await scratch.git(["config", "extensions.fromTheFuture", "true"]);
  await expect(scratch.open()).rejects.toMatchObject({
    code: "NOT_A_REPOSITORY",
    message: expect.stringMatching(/unknown repository extensions? found: fromthefuture$/),
    hint: expect.not.stringContaining("init"),
  });
});

it("refuses a path with a line break", async () => {
  await using scratch = await scratchRepository();
  const odd = join(scratch.parent, "new\nline");
  await scratch.git(["clone", "--quiet", scratch.root, odd]);
  await expect(openRepository(odd)).rejects.toMatchObject({
    code: "NOT_A_REPOSITORY",
    hint: expect.stringContaining("Rename"),
  });
});
