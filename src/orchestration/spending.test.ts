import { once } from "node:events";

import { describe, expect, it } from "vitest";

import type { AgentOutcome } from "../agents/port.ts";
import { asJobId, taskIdOf } from "../domain/ids.ts";
import type { Job } from "../domain/model.ts";
import { openState, type OpenState } from "../state/state-manager.fixture.ts";
import { isJobBudgetSpent, taskBudgetLeftUsd, withinJobBudget } from "./spending.ts";

const done: AgentOutcome = { status: "finished", text: "done", usage: {}, permissionDenials: [], durationMs: 1 };
const interrupted: AgentOutcome = {
  ...done,
  status: "failed",
  failure: { error: { code: "ABORTED", message: "interrupted", failureClass: "killed", context: {} } },
};

async function budgets(open: OpenState, caps: Pick<Job["options"], "maxCostUsdPerJob" | "maxCostUsdPerTask">) {
  const job = await open.state.jobs.get(open.jobId);
  return { state: open.state, job: { ...job, options: { ...job.options, ...caps } } };
}

/** One more turn of a task, at this price. */
async function spend({ state }: OpenState, turn: number, costUsd: number | null): Promise<void> {
  const jobId = asJobId("job-1");
  const owner = { key: "job-1/a/1", jobId, taskId: taskIdOf(jobId, "a"), role: "worker" };
  const used = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
  await state.sessions.recordUsage(owner, turn, { "a-model-without-a-price": used });
}

/** Ends when its signal aborts, as an agent does. */
async function untilAborted(signal: AbortSignal): Promise<AgentOutcome> {
  if (!signal.aborted) await once(signal, "abort");
  return interrupted;
}

describe("a job's budget", () => {
  it("interrupts a turn when another one uses it up, as something that a resume goes on with", async () => {
    await using open = await openState([{ key: "a" }]);
    const under = await budgets(open, { maxCostUsdPerJob: 1 });
    const outcome = withinJobBudget(under, new AbortController().signal, untilAborted);
    await spend(open, 1, 1);
    expect(await outcome).toMatchObject({
      status: "failed",
      failure: { error: { code: "BUDGET_EXCEEDED", failureClass: "exhausted" } },
    });
  });

  it("starts no turn once it is used up", async () => {
    await using open = await openState([{ key: "a" }]);
    const under = await budgets(open, { maxCostUsdPerJob: 1 });
    await spend(open, 1, 2);
    const turn = () => Promise.reject(new Error("a turn was started"));
    expect(await withinJobBudget(under, new AbortController().signal, turn)).toMatchObject({ status: "failed" });
  });

  it("keeps what a turn came to that finished with the last of it", async () => {
    await using open = await openState([{ key: "a" }]);
    const under = await budgets(open, { maxCostUsdPerJob: 1 });
    const outcome = withinJobBudget(under, new AbortController().signal, async () => {
      await spend(open, 1, 1);
      return done;
    });
    expect(await outcome).toEqual(done);
  });

  it("leaves a turn that a person stopped as it is", async () => {
    await using open = await openState([{ key: "a" }]);
    const under = await budgets(open, { maxCostUsdPerJob: 1 });
    const stop = new AbortController();
    const outcome = withinJobBudget(under, stop.signal, untilAborted);
    stop.abort();
    expect(await outcome).toEqual(interrupted);
  });

  it("is used up by a cost that nobody knows, and never without a limit", async () => {
    await using open = await openState([{ key: "a" }]);
    await spend(open, 1, null);
    expect(await isJobBudgetSpent(await budgets(open, { maxCostUsdPerJob: 100 }))).toBe(true);
    expect(await isJobBudgetSpent(await budgets(open, {}))).toBe(false);
  });
});

describe("a task's budget", () => {
  it("is what its turns before have left, and refuses the next when nothing is left", async () => {
    await using open = await openState([{ key: "a" }]);
    const under = await budgets(open, { maxCostUsdPerTask: 2 });
    const id = taskIdOf(open.jobId, "a");
    expect(await taskBudgetLeftUsd(under, id)).toBe(2);
    await spend(open, 1, 0.5);
    expect(await taskBudgetLeftUsd(under, id)).toBe(1.5);
    await spend(open, 2, 1.5);
    await expect(taskBudgetLeftUsd(under, id)).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
  });
});
