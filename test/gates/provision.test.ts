import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./planted-tree.ts";

const script = join(projectRoot, "scripts/provision.sh");

/** On a machine that has none of the programs and no package manager that we know. */
const provision = (env: Readonly<Record<string, string>>) =>
  execa("/bin/bash", [script], { env: { PATH: "/nonexistent", ...env }, extendEnv: false, reject: false });

describe("provision.sh", () => {
  it("names what is missing and lets a person go on", async () => {
    const { exitCode, stderr } = await provision({});
    expect(stderr).toContain("please install: git bubblewrap socat ripgrep tmux faketime");
    expect(exitCode).toBe(0);
  });

  it("fails on a build server, so that nothing is skipped there unseen", async () => {
    expect((await provision({ CI: "true" })).exitCode).toBe(1);
  });
});
