import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

export type LargeRepository = {
  readonly root: string;
  readonly paths: readonly string[];
  /** Two commits, fifty files apart. */
  readonly commits: readonly [string, string];
};

const identity = [
  "-c",
  "user.name=Bench",
  "-c",
  "user.email=bench@example.org",
  "-c",
  "gc.auto=0",
  "-c",
  "core.hooksPath=/dev/null",
];

export const git = async (cwd: string, ...args: readonly string[]): Promise<string> =>
  (await execa("git", [...identity, ...args], { cwd })).stdout;

/** A repository of so many small files in 100 folders, and a second commit that changes fifty of them. */
export async function largeRepository(root: string, fileCount: number): Promise<LargeRepository> {
  const paths = Array.from({ length: fileCount }, (_, n) => `src/part-${n % 100}/module-${Math.floor(n / 100)}.txt`);
  for (let part = 0; part < 100; part += 1) await mkdir(join(root, `src/part-${part}`), { recursive: true });
  for (const path of paths) await writeFile(join(root, path), `${path}\n`.repeat(40));
  await git(root, "init", "-q", "-b", "main");
  const first = await commitAll(root, "start");
  for (const path of paths.slice(0, 50)) await writeFile(join(root, path), "moved on\n");
  return { root, paths, commits: [first, await commitAll(root, "fifty files")] };
}

export async function commitAll(cwd: string, message: string): Promise<string> {
  await git(cwd, "add", "-A");
  await git(cwd, "commit", "-q", "-m", message);
  return git(cwd, "rev-parse", "HEAD");
}

/** What an agent leaves: three files changed, one made. */
export async function work(folder: string, { paths }: LargeRepository, round: number): Promise<void> {
  for (const path of paths.slice(700, 703)) await writeFile(join(folder, path), `round ${round}\n`);
  await writeFile(join(folder, `src/new-${round}.txt`), `round ${round}\n`);
}
