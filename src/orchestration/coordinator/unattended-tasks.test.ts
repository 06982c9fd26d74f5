import { expect, it } from "vitest";

import { asJobId, taskIdOf, type RunId } from "../../domain/ids.ts";
import type { RunRecord, RunStatus } from "../../engine/port.ts";
import { areUnattended } from "./unattended-tasks.ts";

const tasks = ["a", "b"].map((key) => ({ id: taskIdOf(asJobId("job-1"), key), round: 1 }));

/** Only what is asked of the engine: how a dispatch stands. */
function engineWith(statuses: Readonly<Record<string, RunStatus>>) {
  const find = async (runId: RunId): Promise<RunRecord | undefined> => {
    const status = statuses[runId];
    return status === undefined ? undefined : { runId, workflow: "task", status, input: {}, claims: 1 };
  };
  return { find };
}

it("is so when every worker gave its task back, and not while one has any", async () => {
  expect(await areUnattended(engineWith({ "job-1/a#1": "queued", "job-1/b#1": "queued" }), tasks)).toBe(true);
  expect(await areUnattended(engineWith({ "job-1/a#1": "queued", "job-1/b#1": "running" }), tasks)).toBe(false);
  expect(await areUnattended(engineWith({}), tasks)).toBe(true);
});
