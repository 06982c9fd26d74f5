import { describe, expect, it } from "vitest";

import { asJobId, asWorkerId } from "../../domain/ids.ts";
import { leaseTask, openState, type OpenState } from "../state-manager.fixture.ts";

const start = ({ state, jobId }: OpenState, id: string, kind: "worker" | "joined" = "worker") =>
  state.fleet.workerStarted({ id: asWorkerId(id), jobId, kind, host: "h", pid: 1, pidStart: "1" });

describe("a task whose worker is gone", () => {
  it("has nobody at work on it: its worker takes no share of the account from others", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const { fleet } = open.state;
    await start(open, "w1");
    await start(open, "w2");
    await start(open, "w3");
    await leaseTask(open, "a", 1);
    await leaseTask(open, "b", 2);
    expect(await fleet.rivals(open.jobId, asWorkerId("w3"))).toEqual({ busy: 2, idleBefore: 0 });
    // Another job shares the account, not the workers.
    expect(await fleet.rivals(asJobId("job-2"), asWorkerId("w9"))).toEqual({ busy: 2, idleBefore: 0 });

    await fleet.workerStopped(asWorkerId("w1"), "died");
    expect(await fleet.rivals(open.jobId, asWorkerId("w3"))).toEqual({ busy: 1, idleBefore: 0 });
    await fleet.workerStopped(asWorkerId("w2"), "stopped");
    expect(await fleet.rivals(open.jobId, asWorkerId("w3"))).toEqual({ busy: 0, idleBefore: 0 });
    expect(await fleet.rivals(open.jobId, asWorkerId("w2"))).toEqual({ busy: 0, idleBefore: 0 });
  });

  it("does not count where the agents on an account are halved", async () => {
    await using open = await openState(["a", "b", "c", "d"].map((key) => ({ key })));
    const { accounts, fleet } = open.state;
    for (const [n, key] of ["a", "b", "c", "d"].entries()) {
      await start(open, `w${n + 1}`);
      await leaseTask(open, key, n + 1);
    }
    await fleet.workerStopped(asWorkerId("w3"), "stopped");
    await fleet.workerStopped(asWorkerId("w4"), "died");

    for (let n = 0; n < 3; n += 1) await accounts.noteRefusal("default");

    expect(await accounts.find("default")).toMatchObject({ pace: { limit: 1 } });
  });
});

describe("the tasks that wait for a worker", () => {
  it("are those that are ready and those whose worker is gone, not those that one has", async () => {
    await using open = await openState([
      { key: "a", priority: 9 },
      { key: "b", priority: 3 },
      { key: "c", priority: 7 },
    ]);
    const { fleet, tasks } = open.state;
    expect(await tasks.waiting(open.jobId)).toEqual({ count: 0, priority: 0 });
    await start(open, "w1", "joined");
    const { taskId } = await leaseTask(open, "a", 1);
    await tasks.move(taskId, "running");
    await tasks.markReady((await tasks.list(open.jobId))[1]?.id ?? taskId);
    expect(await tasks.waiting(open.jobId)).toEqual({ count: 1, priority: 3 });

    await fleet.workerStopped(asWorkerId("w1"), "died");
    expect(await tasks.waiting(open.jobId)).toEqual({ count: 2, priority: 9 });

    await start(open, "w2", "joined");
    await leaseTask(open, "a", 2);
    expect(await tasks.waiting(open.jobId)).toEqual({ count: 1, priority: 3 });
    // Others may not take up what nobody has dispatched, or what is over.
    await tasks.cancel(taskId, "r");
    await fleet.workerStopped(asWorkerId("w2"), "stopped");
    expect(await tasks.waiting(open.jobId)).toEqual({ count: 1, priority: 3 });
  });
});
