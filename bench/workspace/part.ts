import { join } from "node:path";
import { asAttemptId, asCommitId, asJobId, asSlotId } from "../../src/domain/ids.ts";
import {
  attemptRef,
  createSlot,
  moveSlot,
  openRepository,
  snapshot,
  type Repository,
} from "../../src/workspace/index.ts";
import type { Contender, Metric } from "../harness/contender.ts";
import { interleave } from "../harness/interleave.ts";
import type { Part } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { commitAll, git, largeRepository, work, type LargeRepository } from "./large-repository.ts";

const job = asJobId("bench");
const ours = "Tutti: slot";
const fileCount = 10_000;

const metrics: readonly Metric[] = [
  { key: "createMs", title: "make a working copy", unit: "ms", better: "less" },
  { key: "recordMs", title: "record the work", unit: "ms", better: "less" },
  { key: "resetMs", title: "back to a clean base", unit: "ms", better: "less" },
  { key: "moveMs", title: "on to another commit", unit: "ms", better: "less" },
];

type Bench = { readonly folder: string; readonly large: LargeRepository; readonly repo: Repository };

/** Isolation on a repository of 10,000 files: our slots beside what people do with plain git. */
export const workspacePart: Part = {
  title: "(d) Snapshot and reset, 10,000 files",
  run: async ({ isQuick, say }) => {
    await using scratch = await scratchFolder();
    say("  making the repository");
    const large = await largeRepository(join(scratch.path, "project"), fileCount);
    const bench = { folder: scratch.path, large, repo: await openRepository(large.root) };
    const samples = await interleave([slot(bench), worktreeCommit(bench), worktreeStash(bench)], {
      rounds: isQuick ? 1 : 9,
      budgetMs: 220_000,
      say,
    });
    return {
      groups: [{ title: "Three files changed and one made", reference: ours, metrics, samples }],
      versions: {},
      notes,
    };
  },
};

/** Everything that a working copy goes through with one task; the file system is at rest again afterwards. */
type Cycle = () => Promise<{ readonly recordMs: number; readonly resetMs: number; readonly moveMs: number }>;

/** The first cycle after the making isn't counted: a copy serves many tasks. */
async function secondCycle(cycle: Cycle): ReturnType<Cycle> {
  await cycle();
  return cycle();
}

function slot({ folder, large, repo }: Bench): Contender {
  const [first, second] = large.commits.map(asCommitId);
  if (first === undefined || second === undefined) throw new Error("Two commits are needed");
  let number = 0;
  return {
    name: ours,
    measure: async () => {
      const path = join(folder, `slot-${number}`);
      const request = { repo, path, slotId: asSlotId(`s${number}`), base: second, jobId: job };
      const [createMs, made] = await timed(() => createSlot(request));
      const cycle = await secondCycle(async () => {
        number += 1;
        await moveSlot(made, { to: second, jobId: job });
        await work(path, large, number);
        const ref = attemptRef(job, asAttemptId(`bench/task/${number}`));
        const [recordMs, recorded] = await timed(() => snapshot(made, { ref, parent: second, message: "work" }));
        if (recorded.changedFiles.length !== 4) throw new Error("The snapshot doesn't hold the work");
        const [resetMs] = await timed(() => moveSlot(made, { to: second, jobId: job }));
        const [moveMs] = await timed(() => moveSlot(made, { to: first, jobId: job }));
        return { recordMs, resetMs, moveMs };
      });
      await expectClean(path);
      return { createMs, ...cycle };
    },
  };
}

/** One branchless worktree, work committed where it stands. */
const worktreeCommit = (bench: Bench): Contender =>
  worktree(bench, "git worktree: add -A, commit", (path) => commitAll(path, "work"));

/** Work put on the stash, which also resets; the stash is the whole repository's, shared with its user. */
const worktreeStash = (bench: Bench): Contender =>
  worktree(bench, "git worktree: stash -u", (path) => git(path, "stash", "push", "-q", "--include-untracked"));

function worktree({ folder, large }: Bench, name: string, record: (path: string) => Promise<unknown>): Contender {
  const [first, second] = large.commits;
  let number = 0;
  return {
    name,
    measure: async () => {
      const path = join(folder, `${name.replaceAll(/\W+/g, "-")}-${number}`);
      const [createMs] = await timed(() => git(large.root, "worktree", "add", "-q", "--detach", path, second));
      const cycle = await secondCycle(async () => {
        number += 1;
        await moveTo(path, second);
        await work(path, large, number);
        const [recordMs] = await timed(() => record(path));
        const [resetMs] = await timed(() => moveTo(path, second));
        const [moveMs] = await timed(() => moveTo(path, first));
        return { recordMs, resetMs, moveMs };
      });
      await expectClean(path);
      return { createMs, ...cycle };
    },
  };
}

async function moveTo(path: string, commit: string): Promise<void> {
  await git(path, "checkout", "-q", "--force", "--detach", commit);
  await git(path, "clean", "-qfd");
}

async function expectClean(path: string): Promise<void> {
  const changes = await git(path, "status", "--porcelain");
  if (changes !== "") throw new Error(`${path} isn't clean:\n${changes}`);
}

async function timed<T>(action: () => Promise<T>): Promise<readonly [number, T]> {
  const startedAt = performance.now();
  const result = await action();
  return [performance.now() - startedAt, result];
}

const notes: readonly string[] = [
  "Making a copy is for once; then each copy serves two tasks, and the second is counted. No copy is removed before the end: " +
    "some file systems make files slowly while many others have just gone.",
  "*Record the work*: ours makes a commit in the user's repository under `refs/tutti/…`, whatever the agent did to the slot's " +
    "own `.git`, and lists the changed files with their sizes. The worktrees run `git add -A && git commit`, or " +
    "`git stash push -u`, inside the worktree.",
  "*Back to a clean base* and *on to another commit* (fifty files differ): ours pins the commit, proves that nothing would be " +
    "lost, rescues what would, checks out and makes the slot's `.git` anew. The worktrees run `git checkout --force` and " +
    "`git clean -fd`, which look at nothing.",
];
