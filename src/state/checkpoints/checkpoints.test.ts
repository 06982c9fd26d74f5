import { expect, it } from "vitest";

import type { RollbackResult } from "../../domain/checkpoint/checkpoint.ts";
import { asCheckpointId, asCommitId, asSlotId, asWorkerId, taskIdOf } from "../../domain/ids.ts";
import { base, leaseTask, openState, tip, type OpenState } from "../state-manager.fixture.ts";

const holder = asWorkerId("c1");

const keep = async ({ state, jobId }: OpenState, id: string, at = base) => {
  const made = await state.checkpoints.record({
    id: asCheckpointId(id),
    projectPath: "/p",
    jobId,
    kind: "manual",
    tip: at,
    ref: `refs/${id}`,
    commit: at,
    files: [],
    isWhileAtWork: false,
    objectBytes: 0,
  });
  return made;
};

const statusesAt = async ({ state, jobId }: OpenState, id: string) => {
  const { tasks } = await state.checkpoints.stateAt({ id: asCheckpointId(id), jobId });
  return Object.fromEntries([...tasks.values()].map(({ row }) => [row.key, row.status]));
};

it("knows of each checkpoint what was true then, and writes only what has changed", async () => {
  await using open = await openState([{ key: "a" }, { key: "b", dependsOn: ["a"] }]);
  const first = await keep(open, "one");
  const lease = await leaseTask(open, "a");
  await open.state.attempts.begin(lease, base);
  const second = await keep(open, "two");
  await open.state.tasks.cancel(taskIdOf(open.jobId, "b"), "not wanted");
  await keep(open, "three");

  expect(await statusesAt(open, "one")).toEqual({ a: "pending", b: "pending" });
  expect(await statusesAt(open, "two")).toEqual({ a: "running", b: "pending" });
  expect(await statusesAt(open, "three")).toEqual({ a: "running", b: "cancelled" });
  expect(second?.sizeBytes ?? 0).toBeLessThan((first?.sizeBytes ?? 0) * 2);
  const again = await keep(open, "four");
  expect(again?.sizeBytes).toBeLessThan(1_000);

  await open.state.checkpoints.remove([{ id: asCheckpointId("two"), jobId: open.jobId }]);
  expect(await statusesAt(open, "one")).toEqual({ a: "pending", b: "pending" });
  expect(await statusesAt(open, "three")).toEqual({ a: "running", b: "cancelled" });
});

it("keeps nothing when the job has been merged on meanwhile", async () => {
  await using open = await openState([{ key: "a" }]);
  expect(await keep(open, "one", tip)).toBeUndefined();
  expect(await open.state.checkpoints.list("/p")).toEqual([]);
  expect(await open.state.checkpoints.recordedTip(open.jobId)).toBe(base);
});

it("goes back in one transaction: tasks, attempts and conversations, and rounds only grow", async () => {
  await using open = await openState([{ key: "a" }, { key: "b", dependsOn: ["a"] }]);
  const { state, jobId } = open;
  const lease = await leaseTask(open, "a");
  const begun = await state.attempts.begin(lease, base);
  await state.attempts.placeIn(lease, begun.id, asSlotId("s1"));
  await keep(open, "then");
  const files = asCommitId("f".repeat(40));
  await state.tasks.add(jobId, () => ({ keys: ["late"], added: [lateTask] }));
  const id = asCheckpointId("back");
  await state.rollbacks.begin({ id, jobId, checkpointId: asCheckpointId("then"), request: { strategy: "full" } });
  const tasks = await state.tasks.list(jobId);
  const result: RollbackResult = {
    rollback: id,
    checkpoint: asCheckpointId("then"),
    strategy: "full",
    from: base,
    tip: base,
    tasks: tasks.map(({ key }) => key),
    paths: [],
  };
  const effect = { jobId, result, taskIds: tasks.map((task) => task.id), remade: new Map() };
  await state.jobs.acquireCoordinator(jobId, { workerId: holder, leaseMs: 1_000 });
  await state.rollbacks.apply({ ...effect, files: new Map([[begun.id, files]]) }, holder);
  await state.rollbacks.apply({ ...effect, files: new Map([[begun.id, files]]) }, holder);

  const after = await state.tasks.list(jobId);
  expect(after.map(({ key, status }) => [key, status])).toEqual([
    ["a", "pending"],
    ["b", "pending"],
    ["late", "cancelled"],
  ]);
  expect(after[0]?.round).toBe(lease.fence.round + 1);
  const attempts = await state.attempts.list(lease.taskId);
  expect(
    attempts.map(({ number, status, isTakenBack, filesCommit }) => [number, status, isTakenBack, filesCommit]),
  ).toEqual([
    [1, "rejected", true, undefined],
    [2, "interrupted", undefined, files],
  ]);
  await expect(state.attempts.placeIn(lease, begun.id, asSlotId("s1"))).rejects.toMatchObject({ code: "LEASE_LOST" });

  expect((await state.rollbacks.pending(jobId))?.status).toBe("applied");
  await state.rollbacks.finish(id);
  expect(await state.rollbacks.pending(jobId)).toBeUndefined();
  const next = await state.attempts.begin(await leaseTask(open, "a", 2), base);
  expect(next).toMatchObject({ number: 2, isContinuation: true, slotId: undefined });
});

it("asks again what had no answer then, and no more what was asked since", async () => {
  await using open = await openState([{ key: "a" }, { key: "b" }]);
  const { state, jobId, clock } = open;
  const [a, b] = [taskIdOf(jobId, "a"), taskIdOf(jobId, "b")];
  await leaseTask(open, "a");
  await leaseTask(open, "b");
  await state.tasks.move(a, "waiting", { reason: "which one?" });
  await keep(open, "then");
  clock.now += 10;
  await state.tasks.retry(a, { reason: "retried by a person" });
  await state.tasks.move(b, "waiting", { reason: "and now?" });
  const questions = async () => (await state.breakpoints.list({ jobId, status: "open" })).map(({ taskId }) => taskId);
  expect(await questions()).toEqual([b]);

  const id = asCheckpointId("back");
  await state.rollbacks.begin({ id, jobId, checkpointId: asCheckpointId("then"), request: { strategy: "full" } });
  const result = { rollback: id, checkpoint: asCheckpointId("then"), strategy: "full", from: base, tip: base } as const;
  const effect = { result: { ...result, tasks: ["a", "b"], paths: [] }, files: new Map(), remade: new Map() };
  await state.jobs.acquireCoordinator(jobId, { workerId: holder, leaseMs: 1_000 });
  await state.rollbacks.apply({ jobId, taskIds: [a, b], ...effect }, holder);
  expect((await state.tasks.list(jobId)).map(({ status }) => status)).toEqual(["waiting", "pending"]);
  expect(await questions()).toEqual([a]);
});

const lateTask = {
  key: "late",
  title: "late",
  prompt: "p",
  dependsOn: [],
  contextFiles: [],
  expectedOutputs: [],
  priority: 5,
  acceptance: [],
};
