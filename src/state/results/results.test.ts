import { describe, expect, it } from "vitest";

import type { NewResult } from "../../domain/cache/stored-result.ts";
import { asCommitId, asSlotId, type AttemptId } from "../../domain/ids.ts";
import type { AttemptDecision, AttemptOutcome, Evidence } from "../../domain/model.ts";
import { base, leaseTask, openState, tip, type OpenState } from "../state-manager.fixture.ts";

const finished: AttemptOutcome = {
  status: "finished",
  text: "did it",
  usage: {},
  durationMs: 7,
  permissionDenials: [],
};
const decision: AttemptDecision = {
  action: "accept",
  reasons: ["fine"],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  feedback: undefined,
};
const commit = asCommitId("d".repeat(40));
const ingredients = {
  task: "1",
  prompt: "2",
  files: "3",
  agent: "4",
  model: "5",
  gates: "6",
  base: "7",
  dependencies: "8",
};
const newResult = (more: Partial<NewResult> = {}): NewResult => ({
  key: "k",
  taskKey: "a",
  commit,
  baseCommit: base,
  outcome: finished,
  evidence: { gates: ["test"], diff: { files: 1, added: 1, deleted: 0 } },
  ingredients,
  ...more,
});

const evidenceOf = (attempt: AttemptId): Evidence => ({
  attempt,
  attemptCommit: commit,
  mergedCommit: tip,
  gates: [],
  diff: { files: 1, added: 1, deleted: 0 },
  expectedOutputs: [],
});

async function begin(open: OpenState, key: string) {
  const lease = await leaseTask(open, key);
  return { lease, begun: await open.state.attempts.begin(lease, base) };
}

/** Brings a task to its completion, with what that does to the cache. */
async function complete(open: OpenState, key: string, change: Parameters<typeof open.state.integrations.complete>[2]) {
  const { lease, begun } = await begin(open, key);
  await open.state.attempts.decide(lease, begun.id, decision);
  const subject = { taskId: lease.taskId, attemptId: begun.id };
  await open.state.integrations.complete(subject, evidenceOf(begun.id), change);
  return subject;
}

const typesOf = async ({ state, jobId }: OpenState): Promise<readonly string[]> =>
  (await state.events.read({ jobId, after: 0 })).map(({ type }) => type);

describe("a result", () => {
  it("is stored with the completion of its task, its cost and an event", async () => {
    await using open = await openState([{ key: "a" }]);
    const { taskId, attemptId } = await complete(open, "a", { kind: "kept", result: newResult() });

    expect(await open.state.results.find("k")).toEqual({
      ...newResult(),
      jobId: open.jobId,
      attempt: attemptId,
      costUsd: 0,
      durationMs: 7,
      storedAt: 1_000,
      lastUsedAt: undefined,
      uses: 0,
    });
    expect((await open.state.tasks.get(taskId)).status).toBe("completed");
    expect(await typesOf(open)).toContain("result-cached");
  });

  it("takes the place of an earlier one for the same key", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await complete(open, "a", { kind: "kept", result: newResult() });
    open.clock.now = 2_000;
    await complete(open, "b", { kind: "kept", result: newResult({ commit: tip }) });

    expect(await open.state.results.list()).toMatchObject([{ key: "k", commit: tip, storedAt: 2_000, uses: 0 }]);
    await open.state.results.remove([{ key: "k", commit }]);
    expect(await open.state.results.find("k")).toBeDefined();
    await open.state.results.remove([{ key: "k", commit: tip }]);
    expect(await open.state.results.find("k")).toBeUndefined();
  });

  it("counts its uses", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await complete(open, "a", { kind: "kept", result: newResult() });
    open.clock.now = 3_000;
    await complete(open, "b", { kind: "used", key: "k" });

    expect(await open.state.results.list()).toMatchObject([{ uses: 1, lastUsedAt: 3_000, storedAt: 1_000 }]);
  });

  it("is found by the key of its task, the newest first to be named", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await complete(open, "a", { kind: "kept", result: newResult({ key: "old" }) });
    open.clock.now = 2_000;
    await complete(open, "b", { kind: "kept", result: newResult({ key: "young" }) });
    const many = Array.from({ length: 1_200 }, (_, at) => `t${at}`);

    expect((await open.state.results.newestOf([...many, "a"])).get("a")?.key).toBe("young");
    expect([...(await open.state.results.findAll([...many, "old", "young"])).keys()].toSorted()).toEqual([
      "old",
      "young",
    ]);
  });
});

describe("a replay", () => {
  const slotId = asSlotId("s1");

  async function replayed(open: OpenState) {
    await complete(open, "a", { kind: "kept", result: newResult() });
    const result = await open.state.results.find("k");
    if (result === undefined) throw new Error("it was stored");
    const { lease, begun } = await begin(open, "b");
    const outcome = { ...finished, replayOf: { key: "k", attempt: result.attempt } };
    await open.state.results.replayed(lease, begun.id, { result, outcome, slotId });
    return { lease, begun, result, outcome };
  }

  it("is an outcome in a slot, written once and under the lease", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const { lease, begun, result, outcome } = await replayed(open);

    expect(await open.state.attempts.get(begun.id)).toMatchObject({ outcome, slotId, status: "running" });
    expect((await open.state.tasks.get(lease.taskId)).status).toBe("validating");
    await leaseTask(open, "b", 2);
    await expect(open.state.results.replayed(lease, begun.id, { result, outcome, slotId })).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
  });

  it("that does not hold leaves the same attempt to its agent, in no slot and with no failure", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const { lease, begun } = await replayed(open);
    expect(await open.state.results.hasMissed(lease.taskId)).toBe(false);

    await open.state.attempts.decide(lease, begun.id, { ...decision, action: "retry", replayMiss: "a gate failed" });
    const again = await open.state.attempts.begin(lease, tip);

    expect(again).toMatchObject({ id: begun.id, isContinuation: true, slotId: undefined, feedback: undefined });
    expect((await open.state.attempts.get(begun.id)).outcome).toBeUndefined();
    expect((await open.state.tasks.get(lease.taskId)).failures).toBe(0);
    expect(await open.state.attempts.failureClasses(lease.taskId)).toEqual([]);
    expect(await open.state.results.hasMissed(lease.taskId)).toBe(true);
    expect([...(await open.state.results.missedTasks(open.jobId))]).toEqual([lease.taskId]);
    expect(await typesOf(open)).toContain("result-missed");
  });

  it("that fails on the merged tree is followed by an attempt that counts no failure", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const { lease, begun } = await replayed(open);
    await open.state.attempts.decide(lease, begun.id, decision);

    await open.state.results.bounced({ taskId: lease.taskId, attemptId: begun.id }, "a gate failed");

    const task = await open.state.tasks.get(lease.taskId);
    expect(task).toMatchObject({ status: "ready", failures: 0, acceptedAttempt: undefined, round: 2 });
    const next = await open.state.attempts.begin(await leaseTask(open, "b", 1), tip);
    expect(next).toMatchObject({ number: 2, feedback: undefined, slotId: undefined, baseCommit: tip });
    expect(await open.state.attempts.failureClasses(lease.taskId)).toEqual([]);
  });

  it("that can't be applied is noted, and the attempt goes on as it is", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await complete(open, "a", { kind: "kept", result: newResult() });
    const result = await open.state.results.find("k");
    if (result === undefined) throw new Error("it was stored");
    const { lease, begun } = await begin(open, "b");

    await open.state.results.missed(lease, begun.id, { result, reason: "a conflict" });

    expect(await open.state.attempts.get(begun.id)).toMatchObject({ status: "running", outcome: undefined });
    expect(await open.state.results.hasMissed(lease.taskId)).toBe(true);
  });
});

it("turns the cache off for one job and leaves its other settings", async () => {
  await using open = await openState([{ key: "a" }]);
  const before = (await open.state.jobs.get(open.jobId)).options;
  await open.state.results.turnOff(open.jobId);
  expect((await open.state.jobs.get(open.jobId)).options).toEqual({ ...before, cache: false });
});

it("remembers the key of a completed task", async () => {
  await using open = await openState([{ key: "a" }]);
  const { taskId } = await leaseTask(open, "a");
  expect(await open.state.results.keyOf(taskId)).toBeUndefined();
  await open.state.results.noteKey(taskId, "k");
  await open.state.results.noteKey(taskId, "k");
  expect(await open.state.results.keyOf(taskId)).toBe("k");
});
