import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { git, gitAnswer } from "./run-git.ts";

it("hands over much input and returns much output as they are", async () => {
  await using scratch = await scratchRepository();
  const text = "ä\0\uFEFF\n".repeat(200_000);

  const object = await git(scratch.root, ["hash-object", "-w", "--stdin"], { input: text });

  expect(await git(scratch.root, ["cat-file", "blob", object.trim()])).toBe(text);
});

it("takes the answer of a git that does not read its input", async () => {
  await using scratch = await scratchRepository();

  await expect(git(scratch.root, ["rev-parse", "--git-dir"], { input: "x".repeat(1_000_000) })).resolves.toBe(".git\n");
});

it("returns exit codes that are answers, and throws at others with what git said", async () => {
  await using scratch = await scratchRepository();

  expect(await gitAnswer(scratch.root, ["config", "--get", "no.such"], { okExitCodes: [0, 1] })).toMatchObject({
    exitCode: 1,
  });
  await expect(git(scratch.root, ["rev-parse", "--verify", "nothing"])).rejects.toMatchObject({
    code: "GIT_FAILED",
    context: { exitCode: 128, stderr: expect.stringContaining("single revision") },
  });
});

it("ends a git whose caller has stopped, and one that takes too long", async () => {
  await using scratch = await scratchRepository();
  const stop = new AbortController();
  const unwritten = join(scratch.parent, "unwritten");
  execFileSync("mkfifo", [unwritten]);
  const waiting = ["config", "--file", unwritten, "--list"];

  const stopped = git(scratch.root, waiting, { signal: stop.signal });
  stop.abort();

  await expect(stopped).rejects.toMatchObject({ code: "ABORTED" });
  await expect(git(scratch.root, waiting, { timeoutMs: 20 })).rejects.toMatchObject({
    code: "GIT_FAILED",
    failureClass: "transient",
    message: expect.stringContaining("took too long"),
  });
});

it("says that git could not be started in a folder that is gone", async () => {
  await using scratch = await scratchRepository();

  await expect(git(join(scratch.root, "gone"), ["status"])).rejects.toMatchObject({
    code: "GIT_FAILED",
    context: { exitCode: null },
    cause: { code: "ENOENT" },
  });
});
