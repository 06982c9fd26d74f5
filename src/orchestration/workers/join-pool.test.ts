import { expect, it, onTestFinished } from "vitest";

import { asJobId, asWorkerId, taskIdOf, type JobId } from "../../domain/ids.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { base, leaseTask, openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { joinPool } from "./join-pool.ts";

const own = { host: "h", pid: 1, pidStart: "1" };

/** A worker that joins a project with one running job, on a full disk, and leaves after its first visit. */
async function member() {
  const open = await openState([{ key: "a" }, { key: "b" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const { state, clock } = open;
  await state.jobs.setStatus(open.jobId, "running");
  await state.tasks.markReady(taskIdOf(open.jobId, "a"));
  const looks = { count: 0 };
  const freeDisk = () => {
    looks.count += 1;
    return Promise.resolve([{ path: "/", freeBytes: 0 }]);
  };
  const services = {
    state,
    place: { ...localPlace(), freeDisk },
    repo: { root: "/p" },
    folders: { slots: "/", state: "/", cache: "/" },
    projectBudget: { period: "all" as const, allowsUnpriced: false },
    workerId: asWorkerId("p1"),
    now: () => clock.now,
  };
  const visits: JobId[] = [];
  const left = new AbortController();
  const workIn = (id: JobId): Promise<void> => {
    visits.push(id);
    left.abort();
    return Promise.resolve();
  };
  return { open, looks, visits, join: () => joinPool({ services, own, stop: left.signal, workIn }) };
}

/** A job beside the other one, whose task comes first, and which needs room on the disk. */
async function addUrgentJob({ state, jobId }: OpenState): Promise<void> {
  const id = asJobId("job-2");
  const { options, projectPath } = await state.jobs.get(jobId);
  const needsRoom = { ...options, minFreeDiskMb: 1 };
  await state.jobs.create({ id, projectPath, goal: "g", baseCommit: base, branch: "tutti/job-2", options: needsRoom });
  await state.tasks.addPlan(
    id,
    parsePlan({ summary: "s", tasks: [{ key: "x", title: "x", prompt: "p", priority: 9 }] }, {}),
  );
  await state.jobs.setStatus(id, "running");
  await state.tasks.markReady(taskIdOf(id, "x"));
}

it("goes where a task may begin, not where a more urgent one is held back", async () => {
  const { open, visits, join } = await member();
  await addUrgentJob(open);
  await join();
  expect(visits).toEqual([open.jobId]);
});

it("stays outside while the account allows no more agents, and comes when one has gone", async () => {
  const { open, looks, visits, join } = await member();
  const { accounts, fleet } = open.state;
  const other = asWorkerId("w1");
  await fleet.workerStarted({ ...own, id: other, jobId: open.jobId, kind: "worker" });
  await leaseTask(open, "b", 1);
  for (let n = 0; n < 3; n += 1) await accounts.noteRefusal("default");

  const joined = join();
  await expect.poll(() => looks.count, { timeout: 30_000 }).toBeGreaterThan(1);
  expect(visits).toEqual([]);
  await fleet.workerStopped(other, "stopped");

  await joined;
  expect(visits).toEqual([open.jobId]);
});
