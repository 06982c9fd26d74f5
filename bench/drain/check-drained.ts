import type { Tutti } from "../../src/index.ts";
import type { ScratchProject } from "../../test/support/scratch-project.ts";
import { filesOf, promptsByTask } from "./drain-project.ts";

export type DrainedJob = {
  readonly project: ScratchProject;
  readonly tutti: Tutti;
  readonly job: string;
  readonly taskCount: number;
  readonly killed: number;
};

/**
 * That every task came to its end exactly once, and every file was merged exactly once.
 * @returns how many prompts there were beyond one a task: at most one for each killed worker
 * @throws when it is not so
 */
export async function checkDrained({ project, tutti, job, taskCount, killed }: DrainedJob): Promise<number> {
  await tutti.waitAndCollect(job);
  const ends = new Map<string, number>();
  let last = 0;
  for await (const event of tutti.watch(job)) {
    if (event.seq <= last) throw new Error(`Event ${event.seq} came after ${last}`);
    last = event.seq;
    if (event.type !== "task-status-changed" || event.data.to !== "completed" || event.taskId === null) continue;
    ends.set(event.taskId, (ends.get(event.taskId) ?? 0) + 1);
  }
  const twice = [...ends.values()].filter((count) => count > 1).length;
  if (ends.size !== taskCount || twice > 0) throw new Error(`${ends.size} of ${taskCount} ended, ${twice} twice`);
  await checkMerges(project, job, taskCount);
  const asked = [...(await promptsByTask(project)).values()].reduce((sum, count) => sum + count, 0);
  if (asked - taskCount > killed) throw new Error(`${asked} prompts for ${taskCount} tasks and ${killed} deaths`);
  return asked - taskCount;
}

async function checkMerges(project: ScratchProject, job: string, taskCount: number): Promise<void> {
  const files = await project.git("ls-tree", "-r", "--name-only", `tutti/${job}`, "out/");
  const expected = filesOf(taskCount);
  const merged = new Set(files.split("\n"));
  if (merged.size !== expected.length) throw new Error(`${merged.size} of ${expected.length} files were merged`);
  const trailers = await project.git("log", "--format=%(trailers:key=Tutti-Task,valueonly)", `main..tutti/${job}`);
  const commits = trailers.split("\n").filter((line) => line !== "");
  if (new Set(commits).size !== commits.length) throw new Error("A task was merged twice");
}
