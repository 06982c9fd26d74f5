import { expect, it } from "vitest";

import { asRunId, asWorkerId } from "../../domain/ids.ts";
import type { RunRecord, RunStatus } from "../../engine/port.ts";
import { leaseTask, openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { failBrokenDispatches } from "./broken-dispatches.ts";

const record = (status: RunStatus): RunRecord => ({
  runId: asRunId("job-1/a#1"),
  workflow: "task",
  status,
  input: {},
  claims: 1,
  ...(status === "failed"
    ? { error: { code: "GIT_FAILED", message: "the disk is full", failureClass: "permanent", context: {} } }
    : {}),
});

/** Only what the reconcile loop asks of the engine: how a dispatch stands. */
async function look({ state, jobId }: OpenState, status: RunStatus): Promise<number> {
  const logger = { error: () => undefined };
  const engine = { find: () => Promise.resolve(record(status)) };
  return failBrokenDispatches({ state, engine, logger }, await state.tasks.list(jobId));
}

it("fails a task whose dispatch ended without leading it anywhere, with the reason", async () => {
  await using open = await openState([{ key: "a" }]);
  const { taskId } = await leaseTask(open, "a");

  expect(await look(open, "failed")).toBe(1);

  expect(await open.state.tasks.get(taskId)).toMatchObject({ status: "failed", reason: "the disk is full" });
});

it("leaves a task alone whose dispatch goes on", async () => {
  await using open = await openState([{ key: "a" }]);
  const { taskId } = await leaseTask(open, "a");

  expect(await look(open, "running")).toBe(0);
  expect(await look(open, "queued")).toBe(0);

  expect(await open.state.tasks.get(taskId)).toMatchObject({ status: "leased" });
});

it("leaves a task alone that was dispatched anew while it looked", async () => {
  await using open = await openState([{ key: "a" }]);
  const { taskId } = await leaseTask(open, "a");
  const seenBefore = await open.state.tasks.list(open.jobId);
  await open.state.tasks.move(taskId, "ready");
  await open.state.tasks.markReady(taskId);
  await open.state.tasks.lease(taskId, { round: 2, token: 1 }, asWorkerId("w2"));

  const engine = { find: () => Promise.resolve(record("failed")) };
  expect(
    await failBrokenDispatches({ state: open.state, engine, logger: { error: () => undefined } }, seenBefore),
  ).toBe(0);
});
