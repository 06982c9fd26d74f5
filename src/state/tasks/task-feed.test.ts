import { expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import { leaseTask, openState } from "../state-manager.fixture.ts";

it("gives all tasks first, then only those that have changed or are new", async () => {
  await using open = await openState([
    { key: "a", footprint: ["src/**"], expectedOutputs: ["a.txt"] },
    { key: "b", dependsOn: ["a"], priority: 9 },
  ]);
  const { jobId, state } = open;
  const first = await state.taskFeed.open(jobId);
  expect(first.tasks).toMatchObject([
    { id: taskIdOf(jobId, "a"), status: "pending", dependsOn: [], writes: ["a.txt", "src/**"], round: 0 },
    { id: taskIdOf(jobId, "b"), status: "pending", dependsOn: [taskIdOf(jobId, "a")], writes: [], priority: 9 },
  ]);
  expect(await state.taskFeed.since(jobId, first.cursor)).toEqual({ tasks: [], cursor: first.cursor });

  await leaseTask(open, "a");
  const second = await state.taskFeed.since(jobId, first.cursor);
  expect(second.tasks).toMatchObject([{ id: taskIdOf(jobId, "a"), status: "leased", round: 1 }]);

  await state.tasks.add(jobId, (known) => {
    const [model] = known;
    if (model === undefined) throw new Error("no task");
    return { keys: ["c"], added: [{ ...model, key: "c", dependsOn: ["b"] }] };
  });
  const third = await state.taskFeed.since(jobId, second.cursor);
  expect(third.tasks).toMatchObject([{ id: taskIdOf(jobId, "c"), dependsOn: [taskIdOf(jobId, "b")] }]);
  expect((await state.taskFeed.since(jobId, third.cursor)).tasks).toEqual([]);
});
