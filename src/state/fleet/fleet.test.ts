import { describe, expect, it } from "vitest";

import { asSlotId, asWorkerId } from "../../domain/ids.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import { leaseTask, openState, tip } from "../state-manager.fixture.ts";

const accept: AttemptDecision = {
  action: "accept",
  reasons: [],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  feedback: undefined,
};

describe("slots", () => {
  it("that are gone from the disk are nobody's any more, and no work goes on there", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, fleet } = open.state;
    const [id, workerId] = [asSlotId("s1"), asWorkerId("w1")];
    await fleet.addSlot({ id, jobId: open.jobId, path: "/s1", workerId });
    const lease = await leaseTask(open, "a");
    const attempt = await attempts.begin(lease, tip);
    await attempts.placeIn(lease, attempt.id, id);

    await fleet.forgetSlot(id);

    expect(await fleet.slots(open.jobId)).toEqual([]);
    expect((await attempts.get(attempt.id)).slotId).toBeUndefined();
  });

  it("belong to one worker at a time", async () => {
    await using open = await openState([{ key: "a" }]);
    const { fleet } = open.state;
    const jobId = open.jobId;
    await fleet.addSlot({ id: asSlotId("s1"), jobId, path: "/s1", workerId: asWorkerId("w1") });
    expect(await fleet.takeSlot({ jobId, workerId: asWorkerId("w2") })).toBeUndefined();
    await fleet.releaseSlot(asSlotId("s1"));
    expect(await fleet.takeSlot({ jobId, workerId: asWorkerId("w2"), reserved: [asSlotId("s1")] })).toBeUndefined();
    expect(await fleet.takeSlot({ jobId, workerId: asWorkerId("w2"), preferred: asSlotId("s1") })).toMatchObject({
      id: "s1",
    });
    expect(await fleet.takeSlot({ jobId, workerId: asWorkerId("w3"), preferred: asSlotId("s1") })).toBeUndefined();
  });

  it("are kept for a merge conflict until it is settled", async () => {
    await using open = await openState([{ key: "a" }]);
    const { attempts, fleet, sessions, tasks } = open.state;
    const [id, workerId] = [asSlotId("s1"), asWorkerId("w1")];
    await fleet.addSlot({ id, jobId: open.jobId, path: "/s1", workerId });
    const lease = await leaseTask(open, "a");
    const attempt = await attempts.begin(lease, tip);
    await tasks.move(lease.taskId, "validating");
    await attempts.decide(lease, attempt.id, accept);
    const { jobId } = open;
    await sessions.beginTurn({ key: `${attempt.id}/resolve`, jobId, taskId: lease.taskId, role: "resolver" }, id);

    expect(await fleet.reservedSlots(jobId)).toEqual([id]);
    await tasks.move(lease.taskId, "waiting");
    expect(await fleet.reservedSlots(jobId)).toEqual([id]);
    await tasks.move(lease.taskId, "failed");
    expect(await fleet.reservedSlots(jobId)).toEqual([]);
  });
});
