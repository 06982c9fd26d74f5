import { execa } from "execa";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { asCommitId, asJobId, asSlotId, type CommitId, type JobId } from "../../src/domain/ids.ts";
import { openRepository } from "../../src/workspace/repository/open-repository.ts";
import type { Repository } from "../../src/workspace/repository/repository.ts";
import { createSlot } from "../../src/workspace/slots/create-slot.ts";
import type { Slot } from "../../src/workspace/slots/slot.ts";

// Every test starts dozens of processes: on a busy machine the default limit would measure the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

export const job: JobId = asJobId("job-1");

export type Files = Readonly<Record<string, string>>;

/** A real repository in a temporary directory, as a user would have it. Disposing it removes everything. */
export type ScratchRepository = AsyncDisposable & {
  /** Holds the repository and whatever a test puts beside it. */
  readonly parent: string;
  readonly root: string;
  /** Runs git as a user would, in `root` or in another directory. */
  git(args: readonly string[], cwd?: string): Promise<string>;
  commit(files: Files, message?: string): Promise<CommitId>;
  open(): Promise<Repository>;
  slot(name: string, base?: CommitId): Promise<Slot>;
};

export type ScratchOptions = {
  readonly objectFormat?: "sha1" | "sha256";
  /** Default one file, `a.txt`. `false`: no commit. */
  readonly files?: Files | false;
};

export async function scratchRepository(options: ScratchOptions = {}): Promise<ScratchRepository> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "tutti-workspace-")));
  const root = join(parent, "project");
  await mkdir(root);
  await userGit(root, ["init", "--quiet", "-b", "main", `--object-format=${options.objectFormat ?? "sha1"}`]);
  await userGit(root, ["config", "user.name", "Ada"]);
  await userGit(root, ["config", "user.email", "ada@example.org"]);
  const scratch: ScratchRepository = {
    parent,
    root,
    git: async (args, cwd = root) => await userGit(cwd, args),
    commit: async (files, message = "work") => await commitFiles(root, files, message),
    open: async () => await openRepository(root),
    slot: async (name, base) => {
      const repo = await openRepository(root);
      const path = join(parent, "slots", name);
      return await createSlot({ repo, path, slotId: asSlotId(name), base: base ?? repo.head, jobId: job });
    },
    [Symbol.asyncDispose]: async () => await rm(parent, { recursive: true, force: true }),
  };
  if (options.files !== false) await scratch.commit(options.files ?? { "a.txt": "one\n" }, "start");
  return scratch;
}

/** Git as a person or an agent runs it: with the settings of the directory, and none of this machine's. */
export async function userGit(cwd: string, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Agent",
    GIT_AUTHOR_EMAIL: "agent@example.org",
    GIT_COMMITTER_NAME: "Agent",
    GIT_COMMITTER_EMAIL: "agent@example.org",
  };
  const { stdout } = await execa("git", args, { cwd, env, extendEnv: false });
  return stdout;
}

/** Writes files; a name that ends in `*` makes an executable. */
export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name.replace(/\*$/, ""));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    if (name.endsWith("*")) await chmod(path, 0o755);
  }
}

async function commitFiles(root: string, files: Files, message: string): Promise<CommitId> {
  await writeFiles(root, files);
  await userGit(root, ["add", "-A"]);
  await userGit(root, ["commit", "--quiet", "--allow-empty", "-m", message]);
  return asCommitId(await userGit(root, ["rev-parse", "HEAD"]));
}
