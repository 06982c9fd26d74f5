import { describe, expect, it } from "vitest";

import { asAttemptId, asSessionId, asSlotId, taskIdOf } from "../../domain/ids.ts";
import type { AttemptDecision, AttemptOutcome } from "../../domain/model.ts";
import { base, leaseTask, openState, type OpenState } from "../state-manager.fixture.ts";

const finished: AttemptOutcome = { status: "finished", text: "done", usage: {}, durationMs: 1, permissionDenials: [] };
const accept: AttemptDecision = {
  action: "accept",
  reasons: ["good"],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  feedback: undefined,
};

/** Carries a task out up to its acceptance. */
async function accepted(open: OpenState, key: string, model: string, outcome: AttemptOutcome = finished) {
  const { attempts } = open.state;
  const lease = await leaseTask(open, key);
  const begun = await attempts.begin(lease, base, model);
  await attempts.recordOutcome(lease, begun.id, outcome);
  open.clock.now += 1;
  await attempts.decide(lease, begun.id, accept);
  return { lease, begun };
}

describe("a conversation", () => {
  it("can't be resumed once its slot has moved on, and is still known by its name", async () => {
    await using open = await openState([{ key: "a" }]);
    const { sessions, fleet } = open.state;
    const owner = { key: "job-1/a.1", jobId: open.jobId, taskId: taskIdOf(open.jobId, "a"), role: "worker" };
    const slot = asSlotId("s1");
    await sessions.beginTurn(owner, slot);
    await sessions.noteSession(owner, { sessionId: asSessionId("session"), model: "haiku" });
    expect(await sessions.beginTurn(owner, slot)).toMatchObject({ sessionId: "session" });

    await fleet.vacateSlot(slot);
    expect(await sessions.find(owner.key)).toMatchObject({ sessionId: "session", slotId: undefined });
    expect(await sessions.beginTurn(owner, slot)).toMatchObject({ sessionId: undefined });
  });
});

describe("the attempt that a batch goes on from", () => {
  it("is the last one of the same name and model that was accepted", async () => {
    const small = { batch: "small" };
    const tasks = ["a", "b", "c"].map((key) => ({ key, ...small }));
    await using open = await openState([...tasks, { key: "d", batch: "large" }, { key: "e" }]);
    const { attempts } = open.state;
    const last = (model: string) => attempts.lastOfBatch(open.jobId, { batch: "small", model });
    expect(await last("haiku")).toBeUndefined();

    const a = await accepted(open, "a", "haiku");
    expect(await last("haiku")).toMatchObject({ id: a.begun.id, model: "haiku" });
    await accepted(open, "d", "haiku");
    await accepted(open, "e", "haiku");
    const b = await accepted(open, "b", "opus");
    await attempts.begin(await leaseTask(open, "c"), base, "haiku");
    expect((await last("haiku"))?.id).toBe(a.begun.id);
    expect((await last("opus"))?.id).toBe(b.begun.id);
  });
});

describe("a batch with replayed work", () => {
  it("goes on from the last attempt that had a conversation, where there is one", async () => {
    await using open = await openState(["a", "b", "c", "d"].map((key) => ({ key, batch: "small" })));
    const last = async () =>
      (await open.state.attempts.lastOfBatch(open.jobId, { batch: "small", model: "haiku" }))?.id;
    const replayed = { ...finished, replayOf: { key: "k", attempt: asAttemptId("job-0/a.1") } };

    const a = await accepted(open, "a", "haiku", replayed);
    expect(await last()).toBe(a.begun.id);
    const b = await accepted(open, "b", "haiku", { ...finished, text: 'it says "replayOf":{"key":"k"}' });
    expect(await last()).toBe(b.begun.id);
    await accepted(open, "c", "haiku", replayed);
    expect(await last()).toBe(b.begun.id);
    const d = await accepted(open, "d", "haiku");
    expect(await last()).toBe(d.begun.id);
  });
});

describe("where an attempt's conversation goes on from", () => {
  it("is kept with it and told, also when it could not", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const { attempts, events } = open.state;
    const a = await accepted(open, "a", "haiku");
    const lease = await leaseTask(open, "b");
    const { id } = await attempts.begin(lease, base, "haiku");
    await attempts.noteOrigin(lease, id, { of: "parent", attempt: a.begun.id, isForked: true });
    await attempts.noteOrigin(lease, id, { of: "parent", attempt: a.begun.id, isForked: false, reason: "gone" });

    expect((await attempts.get(id)).origin).toEqual({
      of: "parent",
      attempt: a.begun.id,
      isForked: false,
      reason: "gone",
    });
    const told = (await events.read({ jobId: open.jobId, after: 0, limit: 100 })).filter(
      ({ attemptId }) => attemptId === id,
    );
    expect(told.slice(-2).map(({ type, data }) => [type, data])).toEqual([
      ["conversation-forked", { of: "parent", from: a.begun.id }],
      ["conversation-missed", { of: "parent", from: a.begun.id, reason: "gone" }],
    ]);
  });
});
