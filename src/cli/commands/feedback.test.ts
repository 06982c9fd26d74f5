import { describe, expect, it } from "vitest";

import { asCommitId } from "../../domain/ids.ts";
import { Insight } from "../../orchestration/insight/insight.ts";
import { leaseTask, openState, tip, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { feedback } from "./feedback.ts";
import { rate } from "./rate.ts";

const applicationOf = ({ state, jobId }: OpenState) => ({
  job: () => state.jobs.get(jobId),
  tasks: () => state.tasks.list(jobId),
  insight: new Insight({ state, redact: (text) => text.replaceAll("hunter2", "***"), repo: { root: "/p" } }),
});

/** Its only attempt is accepted. */
async function acceptedTask(open: OpenState, key: string): Promise<void> {
  const { state } = open;
  const lease = await leaseTask(open, key);
  const { id } = await state.attempts.begin(lease, tip, "sonnet");
  const work = { snapshotCommit: asCommitId("d".repeat(40)), diff: { files: 1, added: 1, deleted: 0 }, gates: [] };
  await state.attempts.recordProof(lease, id, { ...work, problems: [], verdict: { ok: true } });
  const plain = { countsAsAttempt: false, resumeSession: false, delayMs: 0, feedback: undefined };
  await state.attempts.decide(lease, id, { ...plain, action: "accept", reasons: ["It is complete."] });
}

describe("tutti rate", () => {
  it("keeps a redacted rating, and work that was rated badly has not held", async () => {
    await using open = await openState([{ key: "a", expectedOutputs: ["src/a.ts"] }]);
    await acceptedTask(open, "a");
    const output = memoryOutput();
    const rated = {
      application: applicationOf(open),
      output,
      task: "a",
      stars: 1,
      note: "It prints hunter2.",
    } as const;
    expect(await rate(rated)).toBe(0);
    expect(output.out()).toBe("Rated job-1/a with 1 of 5.\n");
    expect(await open.state.outcomes.trackRecord("sonnet")).toEqual({ held: 0, total: 1 });
    const [entry] = await open.state.feedback.entries();
    expect(entry).toMatchObject({ stars: 1, note: "It prints ***.", isGood: false, kind: "code" });
  });

  it("lets the last rating count", async () => {
    await using open = await openState([{ key: "a" }]);
    await acceptedTask(open, "a");
    const application = applicationOf(open);
    for (const stars of [1, 5] as const) await rate({ application, output: memoryOutput(), task: "a", stars });
    expect(await open.state.outcomes.trackRecord("sonnet")).toEqual({ held: 1, total: 1 });
  });

  it("refuses what was never accepted", async () => {
    await using open = await openState([{ key: "a" }]);
    const request = { application: applicationOf(open), output: memoryOutput(), task: "a", stars: 5 } as const;
    await expect(rate(request)).rejects.toThrow("no accepted work");
  });
});

describe("tutti feedback", () => {
  it("says how often what was good, how sure that is, and that confidence is uncalibrated", async () => {
    await using open = await openState([{ key: "a" }]);
    const application = applicationOf(open);
    const empty = memoryOutput();
    await feedback({ application, output: empty });
    expect(empty.out()).toBe("No attempt has been decided on yet.\n");
    await acceptedTask(open, "a");
    const output = memoryOutput();
    expect(await feedback({ application, output })).toBe(0);
    const [, row = "", , total = ""] = output.out().split("\n");
    expect(row.split(/ {2,}/)).toEqual(["sonnet", "1", "1", "100 %", "21 %–100 %"]);
    expect(total).toBe(
      "1 attempt; confidence is uncalibrated: 0 outcomes of the 30 that it needs, three of each kind.",
    );
  });

  it("answers programs", async () => {
    await using open = await openState([{ key: "a" }]);
    await acceptedTask(open, "a");
    const output = memoryOutput({ isJson: true });
    await feedback({ application: applicationOf(open), output, by: "kind" });
    expect(JSON.parse(output.out())).toMatchObject({
      by: "kind",
      attempts: 1,
      groups: [{ key: "unnamed", attempts: 1, count: 1, rate: 1 }],
      calibration: { isCalibrated: false },
    });
  });
});
