import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommitId } from "../../domain/ids.ts";
import { objectsDirectory, type Repository } from "../repository/repository.ts";
import { configText, takenConfig, type ConfigEntry } from "./git-config-text.ts";
import { ifAbsent } from "./slot.ts";
import { writeWhole } from "./write-whole.ts";

export type GitDirPlan = {
  readonly repo: Repository;
  readonly directory: string;
  /** HEAD, detached. */
  readonly head: CommitId;
  /** Paths, relative to the files' root, that git is not to offer as untracked. A directory ends in `/`. */
  readonly excluded: readonly string[];
  /** Text of the configuration file (see `slotConfig`). */
  readonly config: string;
};

/**
 * Makes a git directory that borrows the objects of the user's repository: no remote, no branch, no hook, no automatic
 * garbage collection. Written file by file (`git help gitrepository-layout`), which costs no process.
 */
export async function writeGitDir(plan: GitDirPlan): Promise<void> {
  const { repo, directory } = plan;
  const inside = (...parts: string[]): string => join(directory, ...parts);
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info", "hooks"]) {
    await mkdir(inside(folder), { recursive: true });
  }
  await writeFile(inside("objects/info/alternates"), `${objectsDirectory(repo)}\n`);
  await writeFile(inside("config"), plan.config);
  await writeFile(inside("info/exclude"), await excludeText(repo, plan.excluded));
  await copyIfThere(join(repo.commonDir, "info/attributes"), inside("info/attributes"));
  await copyIfThere(join(repo.commonDir, "shallow"), inside("shallow"));
  await writeWhole(inside("HEAD"), `${plan.head}\n`);
}

/** The user's own excludes and ours. */
export async function excludeText(repo: Repository, excluded: readonly string[]): Promise<string> {
  const users = (await readFile(join(repo.commonDir, "info/exclude"), "utf8").catch(ifAbsent)) ?? "";
  return `${users.trimEnd()}\n${excluded.map((path) => `/${literalPattern(path)}\n`).join("")}`;
}

/** Configuration for a slot's git directories: what makes a repository, and what is taken over from the user's. */
export async function slotConfig(repo: Repository): Promise<string> {
  return configText([...baseConfig(repo), ...(await takenConfig(repo))]);
}

function baseConfig(repo: Repository): readonly ConfigEntry[] {
  const isSha256 = repo.objectFormat === "sha256";
  return [
    { key: "core.repositoryformatversion", value: isSha256 ? "1" : "0" },
    ...(isSha256 ? [{ key: "extensions.objectformat", value: "sha256" }] : []),
    { key: "core.bare", value: "false" },
    { key: "gc.auto", value: "0" },
    { key: "maintenance.auto", value: "false" },
    { key: "advice.detachedHead", value: "false" },
  ];
}

const literalPattern = (path: string): string => path.replaceAll(/[\\*?[\]!# ]/g, "\\$&");

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch(ifAbsent);
}
