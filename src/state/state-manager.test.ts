import { describe, expect, it } from "vitest";

import { asAttemptId, asSlotId, asWorkerId, taskIdOf } from "../domain/ids.ts";
import type { AttemptDecision, AttemptOutcome, Evidence } from "../domain/model.ts";
import { base, leaseTask, openState, tip } from "./state-manager.fixture.ts";

const finished: AttemptOutcome = {
  status: "finished",
  text: "done",
  usage: {},
  durationMs: 1,
  permissionDenials: [],
};
const retry: AttemptDecision = {
  action: "retry",
  failureClass: "recoverable",
  reasons: ["not good enough"],
  countsAsAttempt: true,
  resumeSession: true,
  delayMs: 0,
  feedback: "do better",
};
const accept: AttemptDecision = { ...retry, action: "accept", countsAsAttempt: false, feedback: undefined };

describe("a task's fence", () => {
  it("refuses a worker whose lease has passed to another", async () => {
    await using open = await openState([{ key: "a" }]);
    const old = await leaseTask(open, "a", 1);
    await open.state.attempts.begin(old, base);
    const young = await leaseTask(open, "a", 2);

    await expect(open.state.attempts.begin(old, base)).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(open.state.tasks.lease(old.taskId, old.fence, old.workerId)).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    await expect(open.state.attempts.begin(young, base)).resolves.toMatchObject({ number: 1, isContinuation: true });
  });

  it("refuses an earlier dispatch", async () => {
    await using open = await openState([{ key: "a" }]);
    const first = await leaseTask(open, "a", 5);
    await open.state.tasks.move(first.taskId, "ready");
    await open.state.tasks.markReady(first.taskId);

    await expect(open.state.attempts.begin(first, base)).rejects.toMatchObject({ code: "LEASE_LOST" });
  });
});

describe("attempts", () => {
  it("number the tries that count and hand the feedback on", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const first = await open.state.attempts.begin(lease, base);
    await open.state.attempts.placeIn(lease, first.id, asSlotId("s1"));
    await open.state.attempts.decide(lease, first.id, retry);

    const second = await open.state.attempts.begin(lease, tip);

    expect(second).toMatchObject({
      number: 2,
      feedback: "do better",
      slotId: "s1",
      conversation: first.id,
      baseCommit: base,
    });
  });

  it("start afresh from the tip when the conversation does not go on", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const first = await open.state.attempts.begin(lease, base);
    await open.state.attempts.decide(lease, first.id, { ...retry, resumeSession: false });

    const second = await open.state.attempts.begin(lease, tip);

    expect(second).toMatchObject({ number: 2, slotId: undefined, conversation: second.id, baseCommit: tip });
  });

  it("go on as the same attempt after what doesn't count", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const first = await open.state.attempts.begin(lease, base);
    await open.state.attempts.recordOutcome(lease, first.id, finished);
    await open.state.attempts.decide(lease, first.id, { ...retry, countsAsAttempt: false, failureClass: "transient" });

    expect(await open.state.attempts.begin(lease, tip)).toMatchObject({ number: 1, isContinuation: true });
    expect((await open.state.attempts.get(first.id)).outcome).toBeUndefined();
  });

  it("keep an outcome that was recorded before its worker died", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const first = await open.state.attempts.begin(lease, base);
    await open.state.attempts.recordOutcome(lease, first.id, finished);

    const heir = await leaseTask(open, "a", 2);
    await open.state.attempts.begin(heir, tip);

    expect((await open.state.attempts.get(first.id)).outcome).toEqual(finished);
  });

  it("count failures anew after a person's retry", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const first = await open.state.attempts.begin(lease, base);
    await open.state.attempts.decide(lease, first.id, { ...retry, action: "fail" });
    expect(await open.state.attempts.failureClasses(lease.taskId)).toEqual(["recoverable"]);

    await open.state.tasks.retry(lease.taskId, { reason: "again" });

    expect(await open.state.attempts.failureClasses(lease.taskId)).toEqual([]);
    expect((await open.state.tasks.get(lease.taskId)).status).toBe("pending");
  });
});

describe("completion", () => {
  const evidence: Evidence = {
    attempt: asAttemptId("job-1/a/1"),
    attemptCommit: base,
    mergedCommit: tip,
    gates: [],
    diff: { files: 1, added: 1, deleted: 0 },
    expectedOutputs: [],
  };

  it("needs evidence and is said once, with the status, in one transaction", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const attempt = await open.state.attempts.begin(lease, base);
    await open.state.attempts.recordOutcome(lease, attempt.id, finished);
    await open.state.attempts.decide(lease, attempt.id, accept);

    await open.state.integrations.complete({ taskId: lease.taskId, attemptId: attempt.id }, evidence);

    const task = await open.state.tasks.get(lease.taskId);
    expect(task).toMatchObject({ status: "completed", evidence });
    const events = await open.state.events.read({ jobId: open.jobId, after: 0 });
    expect(events.filter(({ type }) => type === "integration-finished")).toHaveLength(1);
  });

  it("can't be reached from anywhere but the merge queue", async () => {
    await using open = await openState([{ key: "a" }]);
    const id = taskIdOf(open.jobId, "a");
    await expect(open.state.tasks.move(id, "completed")).rejects.toMatchObject({ code: "STATE_TRANSITION_INVALID" });
  });

  it("sends work back with its reason, which counts", async () => {
    await using open = await openState([{ key: "a" }]);
    const lease = await leaseTask(open, "a");
    const attempt = await open.state.attempts.begin(lease, base);
    await open.state.attempts.recordOutcome(lease, attempt.id, finished);
    await open.state.attempts.decide(lease, attempt.id, accept);

    await open.state.integrations.bounce(
      { taskId: lease.taskId, attemptId: attempt.id },
      "the tests fail\nwhen merged",
      "ready",
    );

    expect(await open.state.tasks.get(lease.taskId)).toMatchObject({
      status: "ready",
      round: 2,
      reason: "the tests fail",
    });
    const next = await leaseTask(open, "a", 1);
    expect(await open.state.attempts.begin(next, tip)).toMatchObject({
      number: 2,
      feedback: "the tests fail\nwhen merged",
      baseCommit: tip,
    });
  });
});

describe("the event log", () => {
  it("is read by a cursor without gaps or repeats", async () => {
    await using open = await openState([{ key: "a" }, { key: "b", dependsOn: ["a"] }]);
    await leaseTask(open, "a");
    const whole = await open.state.events.read({ jobId: open.jobId, after: 0 });
    const pages = [];
    for (let after = 0; ;) {
      const page = await open.state.events.read({ jobId: open.jobId, after, limit: 2 });
      if (page.length === 0) break;
      pages.push(...page);
      after = page.at(-1)?.seq ?? after;
    }
    expect(pages).toEqual(whole);
    expect(whole.map(({ type }) => type)).toEqual([
      "job-created",
      "plan-accepted",
      "task-status-changed",
      "task-status-changed",
    ]);
  });

  it("does not say a status that was there already", async () => {
    await using open = await openState([{ key: "a" }]);
    await open.state.jobs.setStatus(open.jobId, "running");
    await open.state.jobs.setStatus(open.jobId, "running");
    const events = await open.state.events.read({ jobId: open.jobId, after: 0 });
    expect(events.filter(({ type }) => type === "job-status-changed")).toHaveLength(1);
  });
});

describe("a job's coordinator", () => {
  it("is one until its lease ends", async () => {
    await using open = await openState([{ key: "a" }]);
    const { jobs } = open.state;
    const claim = (name: string) => jobs.acquireCoordinator(open.jobId, { workerId: asWorkerId(name), leaseMs: 100 });
    expect(await claim("c1")).toBeUndefined();
    expect(await claim("c2")).toEqual({ heldBy: "c1" });
    expect(await claim("c1")).toBeUndefined();
    open.clock.now += 101;
    expect(await claim("c2")).toBeUndefined();
    await jobs.releaseCoordinator(open.jobId, "c1");
    expect(await claim("c3")).toEqual({ heldBy: "c2" });
  });
});

describe("a person's retry of accepted work that could not be merged", () => {
  it("asks for new work: what was accepted is not merged any more", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, tasks } = open.state;
    const lease = await leaseTask(open, "a");
    const { id } = await attempts.begin(lease, tip);
    await attempts.recordOutcome(lease, id, finished);
    await attempts.decide(lease, id, accept);
    await tasks.move(lease.taskId, "waiting", { reason: "merge conflict in x" });

    await tasks.retry(lease.taskId, { reason: "again" });

    expect(await tasks.get(lease.taskId)).toMatchObject({ status: "pending", acceptedAttempt: undefined });
  });

  it("leaves a task alone that somebody else's answer has set to work meanwhile", async () => {
    await using open = await openState([{ key: "a" }]);
    const { taskId } = await leaseTask(open, "a");
    expect(await open.state.tasks.retry(taskId, { reason: "again" })).toBe(false);
    expect((await open.state.tasks.get(taskId)).status).toBe("leased");
  });
});

describe("a pause of an account", () => {
  const error = { code: "QUOTA_EXHAUSTED", message: "used up", failureClass: "exhausted", context: {} } as const;

  it("is said once while it lasts, and again when the next quota ends", async () => {
    await using open = await openState([{ key: "a" }]);
    const { pauses, events } = open.state;
    const said = async () =>
      (await events.read({ jobId: open.jobId, after: 0 })).filter(({ type }) => type === "dispatch-paused").length;
    await pauses.pause("default", open.clock.now + 100, error);
    await pauses.pause("default", open.clock.now + 100, error);
    expect([await pauses.isPaused("default"), await said()]).toEqual([true, 1]);

    open.clock.now += 100;
    expect(await pauses.isPaused("default")).toBe(false);
    await pauses.pause("default", open.clock.now + 100, error);
    expect([await pauses.isPaused("default"), await said()]).toEqual([true, 2]);
  });
});
