import { randomUUID } from "node:crypto";
import { lstat, mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import { git } from "../git/run-git.ts";
import { quietFetch } from "../snapshot/bring-home.ts";
import type { WorkingTree } from "../snapshot/working-tree.ts";
import { controlObjects, ifAbsent, type Slot } from "../slots/slot.ts";
import { agentPlace, noLazyFetch } from "./agent-place.ts";
import type { KeptCommit } from "./rescue.ts";
import { isAsGiven } from "./is-as-given.ts";
import { commitStagedWork } from "./staged-work.ts";
import { unsavedCommits } from "./unsaved-commits.ts";

export type AgentHistory = {
  /** Now in the slot's control directory. */
  readonly commits: readonly KeptCommit[];
  /** Git directories that couldn't be read were moved here. */
  readonly keptAside: readonly string[];
};

type Files = Pick<WorkingTree, "tree" | "nestedRepositories">;

type Source = {
  /** Relative to the slot; empty for the slot itself. */
  readonly folder: string;
  readonly gitDir: string;
};

/**
 * Collects the agent's own commits (branches, stashes, what it staged, what only a reflog knows) of the slot and of
 * repositories inside it. A git directory that git can't read is moved beside the slot as it is: it can't hold up a rescue,
 * and nothing in it is lost.
 */
export async function collectAgentHistory(slot: Slot, base: CommitId, files: Files): Promise<AgentHistory> {
  const sources = ["", ...files.nestedRepositories].map((folder): Source => ({
    folder,
    gitDir: join(slot.path, folder, ".git"),
  }));
  const commits: KeptCommit[] = [];
  const keptAside: string[] = [];
  for (const source of sources) {
    const found = await readSource(slot, source, { base, filesTree: files.tree });
    commits.push(...found.commits);
    keptAside.push(...found.keptAside);
  }
  return { commits, keptAside };
}

type SlotTrees = { readonly base: CommitId; readonly filesTree: string };

async function readSource(slot: Slot, source: Source, trees: SlotTrees): Promise<AgentHistory> {
  if ((await lstat(source.gitDir).catch(ifAbsent)) === undefined) return { commits: [], keptAside: [] };
  try {
    return { commits: await fetchUnsaved(slot, source, trees), keptAside: [] };
  } catch (thrown) {
    if (!isUnreadable(thrown)) throw thrown;
    return { commits: [], keptAside: [await keepAside(slot, source)] };
  }
}

async function fetchUnsaved(slot: Slot, source: Source, trees: SlotTrees): Promise<readonly KeptCommit[]> {
  if (source.folder === "" && (await isAsGiven(slot, trees.base))) return [];
  const place = agentPlace(slot, source.gitDir);
  const unsaved = await unsavedCommits(slot.repo, place, trees.base);
  const staged = source.folder === "" ? await commitStagedWork(slot, trees.base, trees.filesTree) : undefined;
  const all = [...unsaved, ...(staged === undefined ? [] : [{ commit: staged, from: "index" }])];
  if (all.length === 0) return [];
  await git(
    controlObjects(slot),
    ["fetch", ...quietFetch, "--update-shallow", `--negotiation-tip=${trees.base}`, "--stdin", source.gitDir],
    { input: all.map(({ commit }) => `${commit}\n`).join(""), env: noLazyFetch },
  );
  return all.map(({ commit, from }) => ({ commit, from: source.folder === "" ? from : `${source.folder}: ${from}` }));
}

/** Only git's own "no" counts; an abort or a full disk must stop the rescue. */
function isUnreadable(thrown: unknown): boolean {
  return TuttiError.is(thrown) && thrown.code === "GIT_FAILED" && !thrown.message.includes("No space left");
}

async function keepAside(slot: Slot, source: Source): Promise<string> {
  const target = join(slot.controlDir, "kept-aside", `${randomUUID()}.git`);
  await mkdir(dirname(target), { recursive: true });
  await rename(source.gitDir, target);
  return target;
}
