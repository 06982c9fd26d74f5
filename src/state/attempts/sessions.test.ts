import { describe, expect, it } from "vitest";

import { asSessionId, asSlotId, taskIdOf } from "../../domain/ids.ts";
import { openState } from "../state-manager.fixture.ts";

describe("sessions and what they cost", () => {
  const owner = (jobId: Awaited<ReturnType<typeof openState>>["jobId"]) => ({
    key: "job-1/a/1",
    jobId,
    taskId: taskIdOf(jobId, "a"),
    role: "worker",
  });

  it("go on in the same slot and start over in another", async () => {
    await using open = await openState([{ key: "a" }]);
    const { sessions } = open.state;
    await sessions.beginTurn(owner(open.jobId), asSlotId("s1"));
    await sessions.noteSession(owner(open.jobId), { sessionId: asSessionId("abc"), model: "sonnet" });

    expect(await sessions.beginTurn(owner(open.jobId), asSlotId("s1"))).toMatchObject({ sessionId: "abc", turn: 2 });
    expect(await sessions.beginTurn(owner(open.jobId), asSlotId("s2"))).toMatchObject({
      sessionId: undefined,
      turn: 3,
    });
  });

  it("count a turn once however often it is reported, and every turn", async () => {
    await using open = await openState([{ key: "a" }]);
    const { sessions } = open.state;
    const used = (outputTokens: number) => ({
      m: { inputTokens: 1, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 },
    });
    await sessions.recordUsage(owner(open.jobId), 1, used(1));
    await sessions.recordUsage(owner(open.jobId), 1, used(5));
    await sessions.recordUsage(owner(open.jobId), 2, used(2));

    expect((await sessions.usageOfJob(open.jobId))["m"]).toMatchObject({ outputTokens: 7, costUsd: 1 });
  });
});
