import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CommandResult } from "../../workflow/flow.ts";
import type { CommandCall } from "../../workflow/host.ts";

/** A repository with one commit, in which commands of a workflow really run. */
export type ScratchFolder = {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  /** Of the file `app.js` with this text. @returns its id */
  readonly commit: (text: string) => string;
  /** The job's own working copy is the project's here. */
  readonly really: (call: CommandCall) => CommandResult;
  readonly remove: () => void;
};

export function scratchFolder(): ScratchFolder {
  const folder = mkdtempSync(join(tmpdir(), "tutti-saga-"));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  const commit = (text: string): string => {
    writeFileSync(join(folder, "app.js"), text);
    git("add", "app.js");
    git("commit", "--quiet", "--message", text);
    return git("rev-parse", "HEAD");
  };
  const really = ({ run }: CommandCall): CommandResult => {
    const [program = "", ...args] = typeof run === "string" ? ["sh", "-c", run] : run;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
    return { isOk: status === 0, exitCode: status, output: `${stdout}${stderr}` };
  };
  git("init", "--quiet", "--initial-branch", "main");
  git("config", "user.name", "Test");
  git("config", "user.email", "test@example.com");
  commit("one");
  return { folder, git, commit, really, remove: () => rmSync(folder, { recursive: true }) };
}
