import { describe, expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { TaskEnds } from "./task-ends.ts";

const never = new AbortController().signal;

describe("the ends of tasks", () => {
  it("are told to each who waits, once they have come, and at once to who asks later", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    const ends = new TaskEnds(open.state, open.jobId);
    const [a, b] = [taskIdOf(open.jobId, "a"), taskIdOf(open.jobId, "b")];
    const told: string[] = [];
    const waiting = [ends.of(a, never).then(() => told.push("a")), ends.of(b, never).then(() => told.push("b"))];
    await open.state.tasks.cancel(b, "because");
    await waiting[1];
    expect(told).toEqual(["b"]);
    await open.state.tasks.cancel(a, "because");
    await Promise.all(waiting);
    await ends.of(a, never);
    expect(told).toEqual(["b", "a"]);
  });

  it("are not waited for any more by who is told to stop", async () => {
    await using open = await openState([{ key: "a" }]);
    const ends = new TaskEnds(open.state, open.jobId);
    const stop = new AbortController();
    const waiting = ends.of(taskIdOf(open.jobId, "a"), stop.signal);
    expect(ends.size).toBe(1);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    expect(ends.size).toBe(0);
  });

  it("are news as long as who waits has not heard of them", async () => {
    await using open = await openState([{ key: "a" }]);
    const ends = new TaskEnds(open.state, open.jobId);
    const id = taskIdOf(open.jobId, "a");
    const waiting = ends.of(id, never);
    expect(await ends.hasNews()).toBe(false);
    await open.state.tasks.cancel(id, "because");
    await waiting;
    expect(await ends.hasNews()).toBe(false);
  });
});
