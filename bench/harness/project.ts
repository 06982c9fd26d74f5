import { fileURLToPath } from "node:url";
import { execa } from "execa";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** Absolute path of a file of the project. */
export const projectFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * What is measured through `bin/tutti.js` must be what stands in `src/`.
 * @throws {Error} with the build's words
 */
export async function buildProject(): Promise<void> {
  const { exitCode, all } = await execa(process.execPath, ["scripts/build.ts"], { cwd, all: true, reject: false });
  if (exitCode !== 0) throw new Error(`The project doesn't build:\n${all}`);
}

export async function measuredCommit(): Promise<string> {
  const { stdout: commit } = await execa("git", ["rev-parse", "--short", "HEAD"], { cwd });
  const { stdout: changes } = await execa("git", ["status", "--porcelain", "--untracked-files=no", "src"], { cwd });
  return `${commit}${changes === "" ? "" : " with uncommitted changes"}`;
}
