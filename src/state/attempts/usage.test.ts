import { expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import type { ModelUsage } from "../../domain/budget/usage.ts";
import { openState, type OpenState } from "../state-manager.fixture.ts";

const used = (costUsd: number | null): ModelUsage => ({
  inputTokens: 10,
  outputTokens: 1,
  cacheReadTokens: 2,
  cacheWriteTokens: 3,
  costUsd,
});

async function record({ state, jobId }: OpenState, key: string, model: string, costUsd: number | null): Promise<void> {
  const owner = { key: `${jobId}/${key}/1`, jobId, taskId: taskIdOf(jobId, key), role: "worker" };
  await state.sessions.recordUsage(owner, 1, { [model]: used(costUsd) });
}

it("is summed up by model, and a sum with a turn that nobody can price has no price", async () => {
  await using open = await openState([{ key: "a" }, { key: "b" }, { key: "c" }]);
  await record(open, "a", "priced", 0.5);
  await record(open, "b", "priced", 0.25);
  await record(open, "b", "half-priced", 1);
  await record(open, "c", "half-priced", null);

  expect(await open.state.sessions.usageOfJob(open.jobId)).toEqual({
    priced: { inputTokens: 20, outputTokens: 2, cacheReadTokens: 4, cacheWriteTokens: 6, costUsd: 0.75 },
    "half-priced": { inputTokens: 20, outputTokens: 2, cacheReadTokens: 4, cacheWriteTokens: 6, costUsd: null },
  });
  expect(await open.state.sessions.usageOfTask(taskIdOf(open.jobId, "b"))).toEqual({
    priced: used(0.25),
    "half-priced": used(1),
  });
});

it("is nothing for a job that has used nothing", async () => {
  await using open = await openState([{ key: "a" }]);

  expect(await open.state.sessions.usageOfJob(open.jobId)).toEqual({});
  expect(await open.state.sessions.usageOfTask(taskIdOf(open.jobId, "a"))).toEqual({});
});
