import { expect, it } from "vitest";

import { partExceeded } from "../../domain/budget/part-limit.ts";
import { errorToJson, type ErrorJson } from "../../domain/errors.ts";
import { asCommitId } from "../../domain/ids.ts";
import { leaseTask, openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { hasCommonCause } from "./common-cause.ts";

const keys = ["a", "b", "c", "d", "e", "f"];
const error: ErrorJson = {
  code: "AGENT_FAILED",
  message: "the licence has expired",
  failureClass: "permanent",
  context: {},
};

async function fail(open: OpenState, key: string, why = error): Promise<void> {
  open.clock.now += 1;
  const { attempts } = open.state;
  const lease = await leaseTask(open, key);
  const { id } = await attempts.begin(lease, asCommitId("c".repeat(40)));
  const outcome = { status: "failed", text: "", usage: {}, permissionDenials: [], durationMs: 1, error: why } as const;
  await attempts.recordOutcome(lease, id, outcome);
  await attempts.decide(lease, id, {
    action: "fail",
    failureClass: "permanent",
    reasons: ["r"],
    countsAsAttempt: true,
    resumeSession: false,
    delayMs: 0,
    feedback: undefined,
  });
}

async function told({ state, jobId }: OpenState): Promise<readonly string[]> {
  const events = await state.events.read({ jobId, after: 0 });
  return events.map(({ type }) => type).filter((type) => type.startsWith("circuit-"));
}

it("is found once, by whoever looks first, and holds for all until the next drive begins", async () => {
  await using open = await openState(keys.map((key) => ({ key })));
  const { state, jobId } = open;
  await state.holds.beginCircuit(jobId);
  await fail(open, "a");
  await fail(open, "b");
  expect(await hasCommonCause(state, jobId)).toBe(false);
  await fail(open, "c");

  expect(await Promise.all([hasCommonCause(state, jobId), hasCommonCause(state, jobId)])).toEqual([true, true]);
  expect(await told(open)).toEqual(["circuit-opened"]);

  open.clock.now += 1;
  await state.holds.beginCircuit(jobId);
  expect(await hasCommonCause(state, jobId)).toBe(false);
  await fail(open, "d");
  await fail(open, "e");
  expect(await hasCommonCause(state, jobId)).toBe(false);
  await fail(open, "f");
  expect(await hasCommonCause(state, jobId)).toBe(true);
  expect(await told(open)).toEqual(["circuit-opened", "circuit-closed", "circuit-opened"]);
});

it("is not said of a drive that has begun since its failures were counted", async () => {
  await using open = await openState([{ key: "a" }]);
  const { state, jobId } = open;
  await state.holds.beginCircuit(jobId);
  const { since } = await state.holds.circuit(jobId);
  open.clock.now += 1;
  await state.holds.beginCircuit(jobId);
  await state.holds.openCircuit(jobId, { signature: "s", tasks: [] }, since);
  expect((await state.holds.circuit(jobId)).isOpen).toBe(false);
});

it("is none where a part of the workflow has used up its budget, however many agents of it fail of that", async () => {
  await using open = await openState(keys.map((key) => ({ key })));
  await open.state.holds.beginCircuit(open.jobId);
  const spent = errorToJson(partExceeded({ path: "budget#1", limitUsd: 1 }));
  for (const key of keys) await fail(open, key, spent);
  expect(await hasCommonCause(open.state, open.jobId)).toBe(false);
});
