import { describe, expect, it } from "vitest";

import { openState } from "../state-manager.fixture.ts";

const event = { id: "e1", type: "pr_opened", source: "webhook", at: 5, details: { number: 7 } };

describe("events for workflows", () => {
  it("are kept once for each id and project, also when many come at once", async () => {
    await using open = await openState([{ key: "a" }]);
    const { workflowEvents } = open.state;
    const kept = await Promise.all(Array.from({ length: 8 }, () => workflowEvents.receive("/p", event)));
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await workflowEvents.receive("/other", event)).toBe(true);
    expect(await workflowEvents.list("/p")).toEqual([
      { event, status: "received", receivedAt: 1_000, jobId: undefined, reason: undefined, endedAt: undefined },
    ]);
  });

  it("are open, the oldest first, until their first end", async () => {
    await using open = await openState([{ key: "a" }]);
    const { jobId } = open;
    const { workflowEvents, events } = open.state;
    await workflowEvents.receive("/p", event);
    await workflowEvents.receive("/p", { id: "e2", type: "x", source: "manual", details: null });
    await workflowEvents.start("/p", "e1", jobId);
    await workflowEvents.start("/p", "e1", jobId);
    expect((await workflowEvents.openOnes("/p")).map((one) => [one.event.id, one.status])).toEqual([
      ["e1", "started"],
      ["e2", "received"],
    ]);
    await workflowEvents.end("/p", "e1", { status: "done" });
    await workflowEvents.end("/p", "e1", { status: "failed", reason: "late" });
    await workflowEvents.end("/p", "e2", { status: "unhandled", reason: "nobody takes x" });
    expect(await workflowEvents.openOnes("/p")).toEqual([]);
    expect(await workflowEvents.find("/p", "e1")).toMatchObject({ status: "done", jobId, reason: undefined });
    expect((await workflowEvents.list("/p", { statuses: ["unhandled"], limit: 1 })).map((one) => one.reason)).toEqual([
      "nobody takes x",
    ]);
    await workflowEvents.mend("/p", "e1");
    await workflowEvents.mend("/p", "e2");
    expect(await workflowEvents.find("/p", "e1")).toMatchObject({ status: "done", endedAt: 1_000 });
    expect(await workflowEvents.find("/p", "e2")).toMatchObject({ status: "done", reason: undefined });
    const told = (await events.read({ jobId, after: 0 })).filter(({ type }) => type.startsWith("workflow-event"));
    expect(told.map(({ type }) => type)).toEqual(["workflow-event-started", "workflow-event-ended"]);
  });
});
