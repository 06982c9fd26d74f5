import { describe, expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import { leaseTask, openState } from "../../state/state-manager.fixture.ts";
import { heldBy } from "./task-details.ts";

const footprint = ["src/**"];

describe("what holds a task back", () => {
  it("is a task that may be writing the same file, for as long as it has not been dispatched itself", async () => {
    await using open = await openState([
      { key: "a", footprint },
      { key: "b", expectedOutputs: ["src/b.ts"] },
    ]);
    const { state, jobId } = open;
    await leaseTask(open, "a");
    const b = taskIdOf(jobId, "b");

    expect(await heldBy(state, await state.tasks.get(b))).toEqual([
      { why: "same-file", by: taskIdOf(jobId, "a"), path: "src/b.ts" },
    ]);
    await state.tasks.markReady(b);
    expect(await heldBy(state, await state.tasks.get(b))).toEqual([]);
  });

  it("is nothing where the job lets such tasks run side by side", async () => {
    const plan = [
      { key: "a", footprint },
      { key: "b", footprint },
    ];
    await using open = await openState(plan, { overlaps: "allow" });
    await leaseTask(open, "a");

    expect(await heldBy(open.state, await open.state.tasks.get(taskIdOf(open.jobId, "b")))).toEqual([]);
  });

  it("is first of all what it depends on", async () => {
    await using open = await openState([
      { key: "a", footprint },
      { key: "b", footprint, dependsOn: ["a"] },
    ]);
    const { state, jobId } = open;

    expect(await heldBy(state, await state.tasks.get(taskIdOf(jobId, "b")))).toEqual([
      { why: "dependency", by: taskIdOf(jobId, "a"), status: "pending" },
    ]);
  });
});
