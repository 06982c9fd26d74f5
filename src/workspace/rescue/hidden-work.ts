import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { exactBytes } from "../git/exact-text.ts";
import { joinNul, splitNul } from "../git/nul-list.ts";
import { git, gitAnswer, gitPaths, type GitPlace } from "../git/run-git.ts";
import { control, controlObjects, type Slot } from "../slots/slot.ts";
import { isRegenerable } from "./regenerable.ts";

/**
 * Files that only ignore rules of the agent hide: the rules of the base commit would show them. A snapshot leaves them out,
 * as the agent asked; a rescue must not, because the next checkout overwrites or removes them. What tools make again
 * (installed packages, caches, build output) doesn't count.
 * @param tree - the slot's files as they are
 * @returns paths relative to the slot; a repository's folder ends in `/`
 */
export async function hiddenWork(slot: Slot, baseTree: string, tree: string): Promise<readonly string[]> {
  if (!(await haveRulesChanged(slot, baseTree, tree))) return [];
  const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  const ignored = (await gitPaths(control(slot), args)).filter((path) => !isRegenerable(path));
  if (ignored.length === 0) return [];
  return await withBaseRules(slot, async (rules) => {
    const files = await expand(slot, await visible(rules, ignored));
    return await visible(rules, files);
  });
}

/** Whether any `.gitignore` differs. */
export async function haveRulesChanged(slot: Slot, from: string, to: string): Promise<boolean> {
  const args = ["diff-tree", "-r", "--name-only", from, to, "--", ":(glob)**/.gitignore"];
  return (await git(controlObjects(slot), args)) !== "";
}

/** Makes a folder that holds nothing but the base commit's `.gitignore` files, for git to judge paths by. */
async function withBaseRules<T>(slot: Slot, judge: (rules: GitPlace) => Promise<T>): Promise<T> {
  const folder = join(slot.controlDir, "temporary", randomUUID());
  await mkdir(folder, { recursive: true });
  try {
    const listed = await gitPaths(control(slot), ["ls-files", "-z", "--", ":(glob)**/.gitignore"]);
    const input = joinNul(listed);
    await git(control(slot), ["checkout-index", "-z", "--stdin", `--prefix=${folder}/`], { input });
    return await judge({ cwd: folder, env: { GIT_DIR: slot.controlDir, GIT_WORK_TREE: folder } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the paths, those that the rules don't ignore. Folders must exist, or git takes them for files. */
async function visible(rules: GitPlace, paths: readonly string[]): Promise<readonly string[]> {
  const folders = paths.filter((path) => path.endsWith("/"));
  await Promise.all(folders.map(async (path) => await mkdir(exactBytes(join(rules.cwd, path)), { recursive: true })));
  if (paths.length === 0) return [];
  const answer = await gitAnswer(rules, ["check-ignore", "--no-index", "-z", "--stdin"], {
    input: joinNul(paths),
    okExitCodes: [0, 1],
    isExact: true,
  });
  const ignored = new Set(splitNul(answer.stdout));
  return paths.filter((path) => !ignored.has(path));
}

/** Replaces folders by the files in them; repositories stay folders. */
async function expand(slot: Slot, paths: readonly string[]): Promise<readonly string[]> {
  const files = paths.filter((path) => !path.endsWith("/"));
  const folders = paths.filter((path) => path.endsWith("/"));
  if (folders.length === 0) return files;
  const pathspecs = folders.map((path) => `:(top,literal)${path.slice(0, -1)}`);
  const listed = await gitPaths(control(slot), ["ls-files", "--others", "-z", "--", ...pathspecs]);
  return [...files, ...listed.filter((path) => !isRegenerable(path))];
}
