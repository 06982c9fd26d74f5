import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";

import { checkoutOf } from "../../support/crash/broken-promises.ts";
import type { ChaosJob } from "../world/chaos-job.ts";

const run = promisify(execFile);

/** No ref is lost and nothing of the user's has moved. */
export async function repositoryProblems(job: ChaosJob, checkout: string): Promise<readonly string[]> {
  const { project } = job;
  const now = await checkoutOf(project);
  const moved = now === checkout ? [] : [`the user's checkout moved:\n${checkout}\nis now\n${now}`];
  return [...moved, ...(await lostCommits(job)), ...(await lostWork(job)), ...(await damage(project.root))];
}

/** Every accepted attempt's snapshot and every rescue has a ref. */
async function lostCommits({ project: { git }, state }: ChaosJob): Promise<readonly string[]> {
  const reachable = new Set((await git("rev-list", "--all")).split("\n"));
  const snapshots = state.rows("SELECT id, snapshot_commit AS 'commit' FROM attempts WHERE status = 'accepted'");
  const lost = snapshots.filter(({ commit }) => !reachable.has(String(commit)));
  const refs = new Set((await git("for-each-ref", "--format=%(refname)")).split("\n"));
  const rescues = state.rows("SELECT json_extract(data, '$.ref') AS ref FROM events WHERE type = 'work-rescued'");
  return [
    ...lost.map(({ id }) => `the accepted work of ${String(id)} has no ref`),
    ...rescues.filter(({ ref }) => !refs.has(String(ref))).map(({ ref }) => `a rescue is gone: ${String(ref)}`),
  ];
}

/**
 * Everything that any agent wrote at some time is reachable: on the branch, as an attempt, rescued. Or it stands where it was
 * written, in the slot of a worker that had to leave it: it is saved before anybody works there again.
 */
async function lostWork({ project, written }: ChaosJob): Promise<readonly string[]> {
  const objects = await project.git("rev-list", "--objects", "--all");
  const kept = new Set(objects.split("\n").map((line) => line.split("/").at(-1)));
  const standing = new Set((await readdir(project.stateHome, { recursive: true })).map((path) => basename(path)));
  const names = await written();
  const lost = names.filter((name) => !kept.has(name) && !standing.has(name));
  return lost.map((name) => `lost: what an agent wrote to ${name}`);
}

async function damage(root: string): Promise<readonly string[]> {
  const { stdout, stderr } = await run("git", ["fsck", "--full", "--no-dangling"], { cwd: root }).catch(outputOf);
  const lines = `${stdout}${stderr}`.split("\n").filter((line) => /error|missing|broken|fatal/.test(line));
  return lines.map((line) => `git fsck: ${line}`);
}

/** It ends with another code than 0 when it has found something. */
function outputOf(error: unknown): { readonly stdout: string; readonly stderr: string } {
  if (error instanceof Error && "stdout" in error && "stderr" in error) {
    return { stdout: String(error.stdout), stderr: String(error.stderr) };
  }
  throw error;
}
