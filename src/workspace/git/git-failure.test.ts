import { expect, it } from "vitest";
import { gitFailure, isRepositoryBroken } from "./git-failure.ts";

const facts = {
  args: ["update-ref"],
  cwd: "/",
  exitCode: undefined,
  stderr: "",
  hasTimedOut: false,
  cause: undefined,
};

it("says that git was killed, which is no reason to install another one", () => {
  const error = gitFailure({ ...facts, signal: "SIGKILL" });

  expect(error).toMatchObject({ code: "GIT_FAILED", failureClass: "transient" });
  expect(error.message).toContain("git update-ref was killed by SIGKILL");
  expect(error.hint).not.toContain("Install");
});

it("asks for git where it can't be started", () => {
  expect(gitFailure(facts)).toMatchObject({ failureClass: "permanent", hint: expect.stringContaining("Install git") });
});

it.each([
  ["fatal: bad object HEAD", 128, true],
  ["error: No space left on device", 128, false],
  ["fatal: Unable to create '/r/index.lock': File exists", 128, false],
  ["", undefined, false],
])("tells a broken repository from what passes or a person can mend: %s", (stderr, exitCode, isBroken) => {
  expect(isRepositoryBroken(gitFailure({ ...facts, stderr, exitCode }))).toBe(isBroken);
});

it("says what went wrong, not what git advises about it, and names the command behind its settings", () => {
  const stderr = "fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process seems to run.\n";
  const error = gitFailure({ ...facts, args: ["-c", "a.b=c", "merge", "main"], stderr, exitCode: 128 });

  expect(error.message).toBe("git merge failed with 128: fatal: Unable to create '/r/.git/index.lock': File exists.");
  expect(error.hint).toContain("remove the lock file");
});

it("asks for no other git where the folder is gone", () => {
  const error = gitFailure({ ...facts, cwd: "/nowhere/at/all" });

  expect(error.message).toBe("git update-ref could not be started");
  expect(error.hint).toContain("There is no folder /nowhere/at/all");
});

it("says how a partial clone gets what a slot needs", () => {
  const stderr = "error: cannot read object fa7af8bf5fdd704f73beb3adc5612682a98e1af5 'out/z'";
  const error = gitFailure({
    ...facts,
    args: ["-c", "checkout.workers=0", "read-tree", "main"],
    stderr,
    exitCode: 128,
  });

  expect(error.message).toBe(`git read-tree failed with 128: ${stderr}`);
  expect(error.hint).toContain("git fetch --refetch --no-filter");
});
