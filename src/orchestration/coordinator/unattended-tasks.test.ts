import { describe, expect, it } from "vitest";

import { taskIdOf, type RunId } from "../../domain/ids.ts";
import type { RunRecord, RunStatus } from "../../engine/port.ts";
import { base, leaseTask, openState } from "../../state/state-manager.fixture.ts";
import { areUnattended } from "./unattended-tasks.ts";

/** Only what is asked of the engine: how a dispatch stands. */
function engineWith(statuses: Readonly<Record<string, RunStatus>>) {
  const find = async (runId: RunId): Promise<RunRecord | undefined> => {
    const status = statuses[runId];
    return status === undefined ? undefined : { runId, workflow: "task", status, input: {}, claims: 1 };
  };
  return { find };
}

/** Two tasks that workers have begun. */
async function begun() {
  const open = await openState([{ key: "a" }, { key: "b" }]);
  const leases = [await leaseTask(open, "a"), await leaseTask(open, "b")] as const;
  for (const lease of leases) await open.state.attempts.begin(lease, base);
  const { state, jobId } = open;
  const seen = await state.tasks.list(jobId);
  const look = (statuses: Readonly<Record<string, RunStatus>>) =>
    areUnattended({ engine: engineWith(statuses), state }, seen);
  return { open, state, jobId, look };
}

describe("tasks", () => {
  it("are unattended when every worker gave its own back, and not while one has any", async () => {
    const { open, look } = await begun();
    await using _ = open;
    expect(await look({ "job-1/a#1": "queued", "job-1/b#1": "queued" })).toBe(true);
    expect(await look({ "job-1/a#1": "queued", "job-1/b#1": "running" })).toBe(false);
    expect(await look({})).toBe(true);
  });

  it("are not when one of them has come on since somebody looked, though its worker is done with it", async () => {
    const { open, state, jobId, look } = await begun();
    await using _ = open;
    await state.tasks.move(taskIdOf(jobId, "b"), "waiting", { waitsFor: "quota" });
    expect(await look({ "job-1/a#1": "queued", "job-1/b#1": "completed" })).toBe(false);
  });
});
