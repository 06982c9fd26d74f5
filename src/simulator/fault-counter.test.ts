import { describe, expect, it } from "vitest";
import { FaultCounter } from "./fault-counter.ts";
import { errorHeaders, resetSeconds } from "./wire-error.ts";

const twice = { disconnect: "before", times: 2 } as const;

describe("FaultCounter", () => {
  it("lets a fault happen as often as it says, to each task on its own", () => {
    const faults = new FaultCounter(undefined);
    const taken = ["a", "a", "b", "a", "b", "b"].map((task) => faults.take(task, twice, 0) !== undefined);
    expect(taken).toEqual([true, true, true, false, true, false]);
  });

  it("never stops one that happens always", () => {
    const faults = new FaultCounter(undefined);
    const taken = Array.from({ length: 5 }, () => faults.take("a", { ...twice, times: "always" }, 0));
    expect(taken.every((fault) => fault !== undefined)).toBe(true);
  });

  it("refuses everybody once the quota is used up, until its reset", () => {
    const faults = new FaultCounter({ turns: 2, resetAfterSeconds: 10 });
    const statusAt = (nowMs: number): unknown => faults.take("a", undefined, nowMs);
    expect([statusAt(0), statusAt(1_000)]).toEqual([undefined, undefined]);
    const refusal = { status: 429, resetAt: "1970-01-01T00:00:12.000Z" };
    expect([statusAt(2_000), statusAt(11_999)]).toMatchObject([refusal, refusal]);
    expect([statusAt(12_000), statusAt(99_000)]).toEqual([undefined, undefined]);
  });

  it("doesn't count a turn that went wrong against the quota", () => {
    const faults = new FaultCounter({ turns: 1, resetAfterSeconds: 10 });
    const taken = [1, 2, 3, 4].map(() => faults.take("a", twice, 0));
    expect(taken.slice(0, 3)).toEqual([twice, twice, undefined]);
    expect(taken[3]).toMatchObject({ status: 429 });
  });
});

describe("errorHeaders", () => {
  const fault = { status: 429, midStream: false, times: 1 } as const;

  it("names the reset of a used-up quota, and of nothing else", () => {
    expect(errorHeaders(fault, 0)).toEqual({});
    expect(errorHeaders({ ...fault, resetAfterSeconds: 60 }, 1_000)).toMatchObject({
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": "61",
    });
  });

  it("prefers the fixed time", () => {
    expect(resetSeconds({ ...fault, resetAfterSeconds: 60, resetAt: "1970-01-01T00:00:05Z" }, 0)).toBe(5);
  });
});
