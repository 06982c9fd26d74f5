import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { summarizeCosts, type CostEntry } from "./cost-summary.ts";

const entry = fc.record({
  jobId: fc.constantFrom("job-1", "job-2"),
  taskKey: fc.constantFrom("a", "b", undefined),
  role: fc.constantFrom("worker", "manager"),
  model: fc.constantFrom("claude-opus-5-5", "somebody/else"),
  at: fc.nat(1_000_000),
  turn: fc.constantFrom("t1", "t2", "t3"),
  used: fc.record({
    inputTokens: fc.nat(1000),
    outputTokens: fc.nat(1000),
    cacheReadTokens: fc.nat(1000),
    cacheWriteTokens: fc.nat(1000),
    costUsd: fc.option(fc.nat(100)),
  }),
});

const one = (some: Partial<CostEntry>): CostEntry => ({
  jobId: "job-1",
  taskKey: "a",
  role: "worker",
  model: "m",
  at: 0,
  turn: "t1",
  used: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 1 },
  ...some,
});

describe("summarizeCosts", () => {
  it("adds up to the same, however it is grouped", () => {
    fc.assert(
      fc.property(fc.array(entry), fc.constantFrom("jobId", "role", "model"), (entries, field) => {
        const { groups, total } = summarizeCosts(entries, (each) => each[field]);
        expect(groups.reduce((sum, { totalTokens }) => sum + totalTokens, 0)).toBe(total.totalTokens);
        expect(groups.reduce((sum, { knownCostUsd }) => sum + knownCostUsd, 0)).toBe(total.knownCostUsd);
        expect(groups.reduce((sum, { unpricedTokens }) => sum + unpricedTokens, 0)).toBe(total.unpricedTokens);
        expect(total.costUsd === null).toBe(groups.some(({ costUsd }) => costUsd === null));
      }),
    );
  });

  it("keeps what has no price apart, and calls no sum with it known", () => {
    const unpriced = one({ turn: "t2", used: { ...one({}).used, costUsd: null } });
    const { groups, total } = summarizeCosts([one({}), unpriced], ({ jobId }) => jobId);
    expect(groups).toHaveLength(1);
    expect(total).toMatchObject({ costUsd: null, knownCostUsd: 1, unpricedTokens: 15, totalTokens: 30, turns: 2 });
  });

  it("counts a turn with two models once", () => {
    expect(summarizeCosts([one({}), one({ model: "n" })], ({ jobId }) => jobId).total.turns).toBe(1);
  });

  it("says nothing was spent when there is nothing", () => {
    expect(summarizeCosts([], ({ jobId }) => jobId)).toMatchObject({ groups: [], total: { costUsd: 0, turns: 0 } });
  });
});
