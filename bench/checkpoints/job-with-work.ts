import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { openProject, type Project } from "../../src/compose.ts";
import { asCommitId, asSlotId, taskIdOf } from "../../src/domain/ids.ts";
import type { Job } from "../../src/domain/model.ts";
import { createSlot, type Slot } from "../../src/workspace/index.ts";
import { git } from "../workspace/large-repository.ts";

export type JobWithWork = {
  readonly project: Project;
  readonly job: Job;
  /** Of an attempt that has begun and not ended. Nobody holds it. */
  readonly slot: Slot;
};

const taskCount = 20;

/** A job of twenty tasks in a repository, one of which is under way in a slot: as a stopped run leaves it. */
export async function jobWithWork(root: string, parent: string): Promise<JobWithWork> {
  const home = join(parent, "home");
  await mkdir(home, { recursive: true });
  await writeFile(join(parent, "script.json"), JSON.stringify({ answers: { "*": { text: "done" } } }));
  const env = { PATH: process.env["PATH"], HOME: home, XDG_STATE_HOME: join(parent, "state") };
  const agent = { kind: "fake" as const, fakeScript: join(parent, "script.json") };
  const project = await openProject({ cwd: root, env, flags: { agent }, isLogged: false });
  const { services, application } = project;
  const { jobSettings } = await import("../../src/compose.ts");
  const tasks = Array.from({ length: taskCount }, (_, n) => planTask(`task-${n}`));
  const plan = { summary: "bench", tasks };
  const job = await application.createJob({ goal: "bench", plan, settings: await jobSettings(project) });
  await services.state.tasks.addPlan(job.id, plan);
  const slot = await beginInSlot(project, job, asCommitId(await git(root, "rev-parse", "HEAD")));
  return { project, job, slot };
}

const planTask = (key: string) => ({
  key,
  title: key,
  prompt: "p",
  dependsOn: [],
  contextFiles: [],
  expectedOutputs: [],
  priority: 5,
  acceptance: [],
});

async function beginInSlot({ services }: Project, job: Job, base: ReturnType<typeof asCommitId>): Promise<Slot> {
  const { state, repo, workerId, folders } = services;
  const taskId = taskIdOf(job.id, "task-0");
  const round = (await state.tasks.markReady(taskId)) ?? 1;
  const lease = { taskId, fence: { round, token: 1 }, workerId };
  await state.tasks.lease(taskId, lease.fence, workerId);
  const begun = await state.attempts.begin(lease, base);
  const slotId = asSlotId(`${job.id}.s1`);
  const path = join(folders.slots, slotId);
  await mkdir(folders.slots, { recursive: true });
  const slot = await createSlot({ repo, path, slotId, base, jobId: job.id });
  await state.fleet.addSlot({ id: slotId, jobId: job.id, path, workerId });
  await state.attempts.placeIn(lease, begun.id, slotId);
  await state.fleet.releaseSlot(slotId);
  return slot;
}
