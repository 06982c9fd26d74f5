import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";

export type NotedGit = {
  readonly pid: number;
  /** `update-ref`. */
  readonly command: string;
};

/**
 * From now on every git that this process starts is noted, by a wrapper on the PATH. Give the PATH back with
 * `vi.unstubAllEnvs()`.
 * @returns tells what was started since the last time
 */
export async function noteGits(folder: string): Promise<() => Promise<readonly NotedGit[]>> {
  const [bin, notes] = [join(folder, "noted-gits"), join(folder, "noted-gits.txt")];
  const git = execFileSync("which", ["git"]).toString().trim();
  await mkdir(bin);
  await writeFile(join(bin, "git"), `#!/bin/sh\necho "$$ $*" >> "${notes}"\nexec "${git}" "$@"\n`);
  await chmod(join(bin, "git"), 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
  return async () => {
    const text = await readFile(notes, "utf8").catch(() => "");
    await rm(notes, { force: true });
    return text
      .split("\n")
      .filter((line) => /^\d+ -c /.test(line))
      .map(noted);
  };
}

function noted(line: string): NotedGit {
  const [pid = "", ...args] = line.split(" ");
  const command = args.find((arg, index) => arg !== "-c" && args[index - 1] !== "-c") ?? "";
  return { pid: Number(pid), command };
}
