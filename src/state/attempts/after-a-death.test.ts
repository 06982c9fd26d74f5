import { describe, expect, it } from "vitest";

import { asCommitId, asSessionId, asSlotId, asWorkerId } from "../../domain/ids.ts";
import type { AttemptDecision, AttemptOutcome, Evidence } from "../../domain/model.ts";
import { base, leaseTask, openState, tip } from "../state-manager.fixture.ts";

const finished: AttemptOutcome = { status: "finished", text: "done", usage: {}, durationMs: 1, permissionDenials: [] };
const decision: AttemptDecision = {
  action: "accept",
  reasons: ["good"],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  feedback: undefined,
};
const retry: AttemptDecision = {
  ...decision,
  action: "retry",
  countsAsAttempt: true,
  resumeSession: true,
  feedback: "no",
};

const slotId = asSlotId("s1");

describe("a slot with work in it", () => {
  it("is reserved between a rejected attempt and the one that goes on with it, and free for what starts afresh", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, fleet } = open.state;
    const lease = await leaseTask(open, "a");
    const first = await attempts.begin(lease, base);
    await attempts.placeIn(lease, first.id, slotId);
    expect(await fleet.reservedSlots(open.jobId)).toEqual([slotId]);

    await attempts.decide(lease, first.id, retry);
    expect(await fleet.reservedSlots(open.jobId)).toEqual([slotId]);
    const second = await attempts.begin(lease, tip);
    expect(second).toMatchObject({ number: 2, slotId });

    await attempts.decide(lease, second.id, { ...retry, resumeSession: false });
    expect(await attempts.begin(lease, tip)).toMatchObject({ number: 3, slotId: undefined });
    expect(await fleet.reservedSlots(open.jobId)).toEqual([]);
  });

  it("can't be gone on with once the slot has moved on, neither as files nor as a conversation", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, fleet, sessions } = open.state;
    const lease = await leaseTask(open, "a");
    const begun = await attempts.begin(lease, base);
    const owner = { key: begun.conversation, jobId: open.jobId, role: "worker" };
    await attempts.placeIn(lease, begun.id, slotId);
    await sessions.beginTurn(owner, slotId);
    await sessions.noteSession(owner, { sessionId: asSessionId("c1"), model: "m" });
    expect(await sessions.beginTurn(owner, slotId)).toMatchObject({ sessionId: "c1" });

    await fleet.vacateSlot(slotId);

    expect(await fleet.reservedSlots(open.jobId)).toEqual([]);
    expect(await attempts.begin(lease, base)).toMatchObject({ isContinuation: true, slotId: undefined });
    expect(await sessions.beginTurn(owner, slotId)).toMatchObject({ sessionId: undefined });
  });
});

describe("a conversation that asks for one thing", () => {
  it("keeps what it came to until it is forgotten", async () => {
    await using open = await openState([{ key: "a" }]);
    const { sessions } = open.state;
    const owner = { key: "job-1/plan/1", jobId: open.jobId, role: "manager" };
    await sessions.beginTurn(owner, slotId);
    await sessions.keepAnswer(owner.key, { text: "t", result: { n: 1 } });

    expect(await sessions.beginTurn(owner, slotId)).toMatchObject({ answer: { text: "t", result: { n: 1 } }, turn: 2 });

    await sessions.forget(owner.key);
    expect(await sessions.find(owner.key)).toMatchObject({ answer: undefined });
  });
});

describe("work that a dead worker had proved", () => {
  it("is accepted by the one that takes the task over", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, tasks } = open.state;
    const old = await leaseTask(open, "a", 1);
    const begun = await attempts.begin(old, base);
    await attempts.recordOutcome(old, begun.id, finished);

    const young = await leaseTask(open, "a", 2);
    await attempts.decide(young, begun.id, decision);

    expect(await tasks.get(young.taskId)).toMatchObject({ status: "integrating", acceptedAttempt: begun.id });
  });

  it("is not taken for merged because an earlier attempt of its task was", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, integrations, tasks } = open.state;
    const lease = await leaseTask(open, "a");
    const first = await attempts.begin(lease, base);
    await attempts.recordOutcome(lease, first.id, finished);
    await attempts.decide(lease, first.id, decision);
    const subject = { taskId: lease.taskId, attemptId: first.id };
    await integrations.merged(subject, tip);
    expect(await tasks.get(lease.taskId)).toMatchObject({ mergedCommit: tip, evidence: undefined });
    const evidence: Evidence = {
      attempt: first.id,
      attemptCommit: base,
      mergedCommit: tip,
      gates: [],
      diff: { files: 0, added: 0, deleted: 0 },
      expectedOutputs: [],
    };
    await integrations.intend(subject, evidence);
    await integrations.bounce(subject, "the merged tree fails", "ready");
    const { round } = await tasks.get(lease.taskId);
    const again = { taskId: lease.taskId, fence: { round, token: 1 }, workerId: asWorkerId("w9") };
    await tasks.lease(again.taskId, again.fence, again.workerId);
    const second = await attempts.begin(again, asCommitId("d".repeat(40)));
    await attempts.recordOutcome(again, second.id, finished);
    await attempts.decide(again, second.id, decision);

    expect(await tasks.get(lease.taskId)).toMatchObject({ mergedCommit: undefined, evidence: undefined });
  });
});
