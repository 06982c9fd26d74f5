import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A user's repository in a temporary folder, with a home of its own. */
export type ScratchProject = {
  readonly root: string;
  readonly home: string;
  readonly stateHome: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly remove: () => Promise<void>;
};

export async function scratchProject(files: Readonly<Record<string, string>>): Promise<ScratchProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tutti-e2e-")));
  const root = join(folder, "project");
  const home = join(folder, "home");
  await Promise.all([mkdir(root), mkdir(home)]);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", [...args], { cwd: root, env: { PATH: process.env["PATH"], HOME: home } })).stdout.trim();
  const write = async (contents: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(contents)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  };
  await git("init", "-q", "-b", "main");
  await git("config", "user.name", "A Person");
  await git("config", "user.email", "person@example.com");
  await write(files);
  await git("add", "-A");
  await git("commit", "-q", "-m", "base");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return { root, home, stateHome: join(folder, "state"), git, write, remove };
}
