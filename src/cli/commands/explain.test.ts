import { describe, expect, it } from "vitest";

import { confidenceOf } from "../../domain/decide/confidence-of.ts";
import { decideAttempt } from "../../domain/decide/decide-attempt.ts";
import { explainDecision } from "../../domain/decide/explain-decision.ts";
import { defaultRetryLimits } from "../../domain/failure/retry-policy.ts";
import { asCommitId } from "../../domain/ids.ts";
import { Insight } from "../../orchestration/insight/insight.ts";
import { leaseTask, openState, tip, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { explain } from "./explain.ts";

const diff = { files: 1, added: 4, deleted: 0 };
const evidence = {
  outcome: { status: "finished" },
  validation: { ok: true },
  gates: [{ name: "test", status: "passed", summary: "" }],
  earlierFailures: [],
  limits: defaultRetryLimits,
} as const;

/** Task `a` was accepted and then sent back by the merge queue. */
async function bouncedTask(open: OpenState): Promise<void> {
  const { state } = open;
  const lease = await leaseTask(open, "a");
  const { id } = await state.attempts.begin(lease, tip, "sonnet");
  const confidence = confidenceOf(
    { gates: [{ isOk: true }], isValid: true, earlierTries: 0, diff, sensitiveFiles: 0 },
    undefined,
  );
  const gathered = { ...evidence, confidence: confidence.score };
  const verdict = decideAttempt(gathered);
  await state.attempts.recordProof(lease, id, {
    snapshotCommit: asCommitId("d".repeat(40)),
    diff,
    problems: [],
    verdict: { ok: true },
    gates: [],
  });
  const plain = { countsAsAttempt: false, resumeSession: false, delayMs: 0, feedback: undefined };
  await state.attempts.decide(lease, id, {
    ...plain,
    action: "accept",
    reasons: verdict.reasons,
    confidence,
    explanation: explainDecision(gathered, verdict),
  });
  await state.integrations.bounce({ taskId: lease.taskId, attemptId: id }, "The gate test failed.\nmore", "ready");
}

const applicationOf = ({ state, jobId }: OpenState) => ({
  job: () => state.jobs.get(jobId),
  tasks: () => state.tasks.list(jobId),
  attempts: ({ id }: { id: Parameters<typeof state.attempts.list>[0] }) => state.attempts.list(id),
  insight: new Insight({ state, redact: (text) => text, repo: { root: "/p" } }),
});

describe("tutti explain", () => {
  it("tells every decision on an attempt, with rules, alternatives and how sure it was", async () => {
    await using open = await openState([{ key: "a" }]);
    await bouncedTask(open);
    const output = memoryOutput();
    expect(await explain({ application: applicationOf(open), output, task: "a", timeZone: "UTC" })).toBe(0);
    const text = output.out();
    expect(text).toContain("accept at 1970-01-01");
    expect(text).toContain("confidence: 0.83, uncalibrated");
    expect(text).toContain("prior: 0.50 × 3.00");
    expect(text).toContain("gates: 1.00 × 3.00, 1 of 1 gates passed");
    expect(text).toContain("history: no weight, no outcome of this model is known yet");
    expect(text).toContain("gates held: all 1 passed");
    expect(text).toContain("fail: nothing is missing");
    expect(text).toContain("bounce at");
    expect(text).toContain("because The gate test failed.");
  });

  it("says the same to programs, and only of the attempt that was asked for", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await bouncedTask(open);
    const output = memoryOutput({ isJson: true });
    await explain({ application: applicationOf(open), output, task: "a", attempt: 1 });
    expect(JSON.parse(output.out())).toMatchObject({
      task: "job-1/a",
      attempts: [{ number: 1, status: "bounced", decisions: [{ action: "accept" }, { action: "bounce" }] }],
    });
    await expect(explain({ application: applicationOf(open), output, task: "a", attempt: 2 })).rejects.toThrow(
      "Task a has no attempt 2",
    );
    const other = memoryOutput();
    await explain({ application: applicationOf(open), output: other, task: "b" });
    expect(other.out()).toContain("It has not been started");
  });
});

describe("what became of accepted work", () => {
  it("is known when the merge queue sends it back, and counts for its model", async () => {
    await using open = await openState([{ key: "a" }]);
    await bouncedTask(open);
    expect(await open.state.outcomes.trackRecord("sonnet")).toEqual({ held: 0, total: 1 });
    expect(await open.state.outcomes.scored()).toMatchObject([{ held: false }]);
  });
});
