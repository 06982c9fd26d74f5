import { expect, it } from "vitest";
import { gitFailure, isRepositoryBroken } from "./git-failure.ts";

const facts = {
  args: ["update-ref"],
  cwd: "/r",
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
