import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import type { StoredEvent } from "../../../src/domain/events.ts";
import { inspectJob, type JobFacts } from "../inspect-job.ts";
import type { ScratchProject } from "../scratch-project.ts";
import { journalProblems } from "./journal-problems.ts";
import { projectProcesses } from "./project-processes.ts";

const run = promisify(execFile);

/** What a job that was cut short must have come to all the same. */
export type Promised = {
  /** By task: how its attempts ended, in order. */
  readonly attempts: Readonly<Record<string, readonly string[]>>;
  /** Tasks that have a commit on the branch. Default: all. */
  readonly merged?: readonly string[];
  /** By path: what the branch holds. */
  readonly files: Readonly<Record<string, string>>;
  /** By path: lines that the branch holds, in any order. */
  readonly lines: Readonly<Record<string, readonly string[]>>;
  /** What agents wrote at some time: each is the name of a file of theirs. */
  readonly written: readonly string[];
  /** Everything of the user's before the job: see `checkoutOf`. */
  readonly checkout: string;
};

/**
 * Every promise that the job has broken, in words: each task completed exactly once, the branch holds what it should, nothing
 * that an agent wrote is lost, nothing of the user's has moved, nothing still runs, no step was recorded twice.
 */
export async function brokenPromises(project: ScratchProject, promised: Promised): Promise<readonly string[]> {
  // First, because what follows starts processes of its own.
  const alive = await projectProcesses(project);
  const facts = await inspectJob(project);
  const found = await Promise.all([
    branchProblems(project, facts, promised),
    lostWork(project, promised),
    repositoryProblems(project, promised),
    journalProblems(project, facts.job.id),
  ]);
  return [...alive.map(({ command }) => `still runs: ${command}`), ...taskProblems(facts, promised), ...found.flat()];
}

function taskProblems({ job, events, attempts }: JobFacts, promised: Promised): readonly string[] {
  const problems = job.status === "completed" ? [] : [`the job is ${job.status}`];
  for (const [key, expected] of Object.entries(promised.attempts)) {
    const completions = events.filter((event) => event.taskId === `${job.id}/${key}` && isCompletion(event)).length;
    if (completions !== 1) problems.push(`${key} was completed ${completions} times`);
    const ended = attempts[key]?.map(({ status }) => status).join(", ");
    if (ended !== expected.join(", ")) problems.push(`attempts of ${key}: ${ended ?? "none"}`);
    problems.push(...(attempts[key] ?? []).flatMap(({ id }) => turnProblems(events, id)));
  }
  return problems;
}

const isCompletion = ({ type, data }: StoredEvent): boolean =>
  type === "task-status-changed" && "to" in data && data.to === "completed";

function turnProblems(events: readonly StoredEvent[], attempt: string): readonly string[] {
  const own = events.filter(({ attemptId }) => attemptId === attempt);
  const finished = own.filter(
    ({ type, data }) => type === "attempt-executed" && "status" in data && data.status === "finished",
  ).length;
  return finished === 1 ? [] : [`the result of ${attempt} was recorded ${finished} times`];
}

async function branchProblems(
  { git }: ScratchProject,
  { job }: JobFacts,
  { attempts, merged: committed = Object.keys(attempts), files, lines }: Promised,
): Promise<readonly string[]> {
  const merged = await mergedTasks(git, job);
  const expected = committed.map((key) => `${job.id}/${key}`);
  const problems =
    merged.toSorted().join() === expected.toSorted().join() ? [] : [`commits on the branch: ${merged.join(", ")}`];
  const read = (path: string): Promise<string> => git("show", `${job.branch}:${path}`).catch(() => "(nothing)");
  for (const [path, content] of Object.entries(files)) {
    const found = await read(path);
    if (found !== content) problems.push(`${path} holds "${found}"`);
  }
  for (const [path, wanted] of Object.entries(lines)) {
    const found = (await read(path)).split("\n").toSorted();
    if (found.join() !== wanted.toSorted().join()) problems.push(`${path} has the lines ${found.join(", ")}`);
  }
  return problems;
}

/** Ids of the tasks that have a commit on the job's branch, once for each. */
export async function mergedTasks(
  git: ScratchProject["git"],
  { baseCommit, branch }: JobFacts["job"],
): Promise<readonly string[]> {
  const trailers = await git("log", "--format=%(trailers:key=Tutti-Task,valueonly)", `${baseCommit}..${branch}`);
  return trailers.split("\n").filter((line) => line !== "");
}

/** Reachable from a ref is what counts: the branch, an attempt, a rescue. */
async function lostWork({ git }: ScratchProject, { written }: Promised): Promise<readonly string[]> {
  const kept = new Set((await git("rev-list", "--objects", "--all")).split("\n").map((line) => line.split("/").at(-1)));
  return written.filter((name) => !kept.has(name)).map((name) => `lost: what an agent wrote to ${name}`);
}

async function repositoryProblems(project: ScratchProject, { checkout }: Promised): Promise<readonly string[]> {
  const now = await checkoutOf(project);
  const moved = now === checkout ? [] : [`the user's checkout moved:\n${checkout}\nis now\n${now}`];
  const { stdout, stderr } = await run("git", ["fsck", "--full", "--no-dangling"], { cwd: project.root });
  const damage = `${stdout}${stderr}`.split("\n").filter((line) => /error|missing|broken|fatal/.test(line));
  return [...moved, ...damage.map((line) => `git fsck: ${line}`)];
}

/** The user's files, index, HEAD and refs: all that a job must leave alone. */
export async function checkoutOf({ git, root }: ScratchProject): Promise<string> {
  const refs = await git("for-each-ref", "--format=%(refname) %(objectname)");
  const users = refs.split("\n").filter((line) => !/^refs\/(tutti|heads\/tutti)\//.test(line));
  const index = await git("hash-object", `${root}/.git/index`);
  return [
    await git("symbolic-ref", "HEAD"),
    await git("rev-parse", "HEAD"),
    ...users,
    `index ${index}`,
    await git("status", "--porcelain=v2", "--untracked-files=all"),
    await git("stash", "list"),
    await readFile(`${root}/README.md`, "utf8"),
  ].join("\n");
}
