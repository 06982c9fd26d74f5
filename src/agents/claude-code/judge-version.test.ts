import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { claudeCode } from "./claude-code.ts";
import { judgeVersion } from "./judge-version.ts";

const judged = (printed: string, settings: Parameters<typeof judgeVersion>[1]) =>
  judgeVersion({ printed, where: "path: /claude" }, settings);

const agent = { isModelOnly: false };
const model = { isModelOnly: true };

describe("the version of claude", () => {
  it.each(["2.1.187 (Claude Code)", "2.1.1000", "2.2.0", "3.0.1 (Claude Code)"])(
    "%s is new enough for an agent",
    (printed) => {
      expect(judged(printed, agent)).toEqual({ status: "ok", detail: `${printed}, path: /claude` });
    },
  );

  it.each(["2.1.186 (Claude Code)", "2.0.999", "1.9.300"])("%s leaves commands the login, which is said", (printed) => {
    expect(judged(printed, agent)).toEqual({
      status: "warning",
      detail: `${printed}, path: /claude, is older than 2.1.187: commands in the sandbox get the keys and tokens that Claude Code logs in by`,
      fix: "Take Claude Code 2.1.187 or newer, or leave agent.executablePath out to use the one that comes with Tutti.",
    });
  });

  it("may not be the supervising model before 2.1.248", () => {
    expect(judged("2.1.248", model).status).toBe("ok");
    expect(judged("2.1.247", model)).toMatchObject({
      status: "failed",
      detail:
        "2.1.247, path: /claude, is older than 2.1.248: as the supervising model it reads files that a question names by @",
    });
  });

  it("is not taken for a new one where none is told", () => {
    expect(judged("wrapper", agent)).toMatchObject({
      status: "warning",
      detail: expect.stringContaining('no version in "wrapper", path: /claude; before 2.1.187'),
    });
  });
});

describe("a claude of the user's own", () => {
  let root = "";
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), "tutti-version-"))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("is diagnosed as it was found, and what it lacks", async () => {
    const executablePath = join(root, "claude");
    await writeFile(executablePath, "#!/bin/sh\necho '2.1.100 (Claude Code)'\n");
    await chmod(executablePath, 0o755);
    const [program] = (await claudeCode({ executablePath }).doDiagnose?.()) ?? [];
    expect(program).toMatchObject({ name: "Claude Code", status: "warning" });
    expect(program?.detail).toContain(`2.1.100 (Claude Code), configured: ${executablePath}`);
    expect(program?.detail).toContain("older than 2.1.187");
  });
});
