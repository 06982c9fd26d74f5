import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { ofJob } from "../../src/orchestration/checkpoints/find-checkpoint.ts";
import { makeCheckpoint } from "../../src/orchestration/checkpoints/make-checkpoint.ts";
import { fillSlot, moveSlot } from "../../src/workspace/index.ts";
import type { Contender, Metric } from "../harness/contender.ts";
import { interleave } from "../harness/interleave.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { median, shown } from "../harness/statistics.ts";
import { commitAll, git, largeRepository, work, type LargeRepository } from "../workspace/large-repository.ts";
import { jobWithWork, type JobWithWork } from "./job-with-work.ts";

const ours = "Tutti: checkpoint of a job";

const metrics: readonly Metric[] = [
  { key: "createMs", title: "keep the moment", unit: "ms", better: "less" },
  { key: "rollbackMs", title: "go back to it", unit: "ms", better: "less" },
];

/** Checkpoints and rollbacks beside what people do with git, in copies of their own. */
export const checkpointsPart: Part = {
  title: "(g) Checkpoint and rollback, 10,000 and 50,000 files",
  run: async (options) => {
    const small = await measure(10_000, options);
    const large = await measure(options.isQuick ? 12_000 : 50_000, options);
    return { groups: [small.group, large.group], blocks: [small.block, large.block], versions: {}, notes };
  },
};

async function measure(fileCount: number, { isQuick, say }: PartOptions) {
  await using scratch = await scratchFolder();
  say(`  making a repository of ${fileCount} files`);
  const large = await largeRepository(join(scratch.path, "project"), fileCount);
  const copy = async (name: string): Promise<LargeRepository> => {
    await git(scratch.path, "clone", "-q", "--no-local", large.root, name);
    return { ...large, root: join(scratch.path, name) };
  };
  const bench = await jobWithWork(large.root, scratch.path);
  try {
    const contenders = [
      ofAJob(bench, large),
      ofTheWorktree(bench, large),
      byCommit(await copy("committed")),
      byStash(await copy("stashed")),
    ];
    const pace = { rounds: isQuick ? 1 : 7, warmUpRounds: 1, budgetMs: 70_000, say };
    const samples = await interleave(contenders, pace);
    const title = `${fileCount.toLocaleString("en-US")} files: three changed and one made`;
    const block = await automaticBlock(bench, { fileCount, rounds: isQuick ? 3 : 31 });
    return { group: { title, reference: ours, metrics, samples }, block };
  } finally {
    await bench.project.close();
  }
}

type Deeds = {
  readonly name: string;
  readonly folder: string;
  readonly large: LargeRepository;
  readonly create: () => Promise<() => Promise<unknown>>;
};

/** Work, keep it, work on, go back: what was kept must be there, and nothing else. */
function contender({ name, folder, large, create }: Deeds): Contender {
  let number = 0;
  return {
    name,
    measure: async () => {
      number += 2;
      await work(folder, large, number);
      const [createMs, goBack] = await timed(create);
      await work(folder, large, number + 1);
      const [rollbackMs] = await timed(goBack);
      await expectRound(folder, large, number);
      return { createMs, rollbackMs };
    },
  };
}

function ofAJob({ project, job, slot }: JobWithWork, large: LargeRepository): Contender {
  const { checkpoints } = project.application;
  const create = async () => {
    const checkpoint = ofJob(await checkpoints.create(job.id));
    const commit = checkpoint.files[0]?.commit;
    if (commit === undefined) throw new Error("The checkpoint doesn't hold the work");
    return async () => {
      await checkpoints.rollBack(project.own, { checkpoint, request: { strategy: "full" } });
      await moveSlot(slot, { to: checkpoint.tip, jobId: job.id });
      await fillSlot(slot, commit);
      await takeUp({ project, job, slot });
    };
  };
  return contender({ name: ours, folder: slot.path, large, create });
}

/** What the worker that goes on writes: the attempt stands in this slot. */
async function takeUp({ project, job, slot }: JobWithWork): Promise<void> {
  const { state, workerId } = project.services;
  const [attempt] = await state.attempts.unfinished(job.id);
  if (attempt === undefined) throw new Error("Nothing is under way after the rollback");
  const round = (await state.tasks.markReady(attempt.taskId)) ?? 1;
  const lease = { taskId: attempt.taskId, fence: { round, token: 1 }, workerId };
  await state.tasks.lease(attempt.taskId, lease.fence, workerId);
  const begun = await state.attempts.begin(lease, attempt.baseCommit);
  await state.attempts.placeIn(lease, begun.id, slot.slotId);
}

function ofTheWorktree({ project }: JobWithWork, large: LargeRepository): Contender {
  const { checkpoints } = project.application;
  const create = async () => {
    const checkpoint = await checkpoints.createOfWorktree();
    return () => checkpoints.restoreWorktree(checkpoint);
  };
  return contender({ name: "Tutti: checkpoint of the working tree", folder: large.root, large, create });
}

const byCommit = (large: LargeRepository): Contender =>
  contender({
    name: "git add -A, commit",
    folder: large.root,
    large,
    create: async () => {
      const commit = await commitAll(large.root, "checkpoint");
      return async () => {
        await git(large.root, "reset", "-q", "--hard", commit);
        await git(large.root, "clean", "-qfd");
      };
    },
  });

/** A stash takes the work away: to go on with it, it is applied again. */
const byStash = (large: LargeRepository): Contender =>
  contender({
    name: "git stash -u, apply",
    folder: large.root,
    large,
    create: async () => {
      await git(large.root, "stash", "push", "-q", "--include-untracked");
      await git(large.root, "stash", "apply", "-q");
      return async () => {
        await git(large.root, "reset", "-q", "--hard");
        await git(large.root, "clean", "-qfd");
        await git(large.root, "stash", "apply", "-q");
      };
    },
  });

async function expectRound(folder: string, { paths }: LargeRepository, round: number): Promise<void> {
  const changed = await readFile(join(folder, paths[700] ?? ""), "utf8");
  const made = await readFile(join(folder, `src/new-${round}.txt`), "utf8").catch(() => "");
  const later = await readFile(join(folder, `src/new-${round + 1}.txt`), "utf8").catch(() => "");
  if (changed === `round ${round}\n` && made === changed && later === "") return;
  throw new Error(`${folder} isn't as it was in round ${round}`);
}

/** The ones that are made by themselves before a first attempt: nothing stands in a slot that is theirs to keep. */
async function automaticBlock(
  { project, job }: JobWithWork,
  { fileCount, rounds }: { readonly fileCount: number; readonly rounds: number },
): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const plan = { jobId: job.id, kind: "attempt", files: [] } as const;
    times.push((await timed(() => makeCheckpoint(project.services, plan)))[0]);
  }
  const size = fileCount.toLocaleString("en-US");
  return `An automatic checkpoint before a first attempt, ${size} files: median ${shown(median(times))} ms of ${times.length}.`;
}

async function timed<T>(action: () => Promise<T>): Promise<readonly [number, T]> {
  const startedAt = performance.now();
  const result = await action();
  return [performance.now() - startedAt, result];
}

const notes: readonly string[] = [
  "*Keep the moment*: of a job, ours looks at the slot of its unfinished attempt, writes what differs into the repository, and " +
    "records tasks, queue and conversations in one transaction. The working tree's goes by a copy of the person's index. Peers run " +
    "`git add -A && git commit`, or `git stash push -u` and `git stash apply`, in copies of their own.",
  "*Go back to it*, of a job: a durable run of six journaled steps, which first keeps what is there in a checkpoint of its own, then " +
    "moves the branch and the state; and the slot is made ready with the files. The working tree's keeps what is there first, too. Peers run " +
    "`git reset --hard` and `git clean -fd`, and for the stash `git stash apply`: what was there is gone.",
  "One task of twenty is under way. After each rollback the files must be those that were kept, or the bench fails.",
];
