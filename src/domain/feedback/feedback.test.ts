import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { asAttemptId, asTaskId } from "../ids.ts";
import { analyzeFeedback, frequentFindings, type FeedbackEntry } from "./analyze.ts";
import { parseRating, rateHolds } from "./rating.ts";
import { startRung } from "./start-rung.ts";
import { taskKind } from "./task-kind.ts";
import { wilsonInterval } from "./wilson.ts";

const entry = (number: number, more: Partial<FeedbackEntry> = {}): FeedbackEntry => ({
  taskId: asTaskId(`job/t${number}`),
  attemptId: asAttemptId(`job/t${number}/1`),
  at: number,
  model: "haiku",
  template: "worker.md.j2",
  kind: "code",
  action: "accept",
  failureClass: undefined,
  isGood: true,
  findings: [],
  ...more,
});
const bad = (number: number, more: Partial<FeedbackEntry> = {}): FeedbackEntry =>
  entry(number, { isGood: false, action: "retry", failureClass: "recoverable", ...more });

describe("wilsonInterval", () => {
  it("holds the share, stays in [0, 1] and gets narrower with more trials", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (good, lost) => {
        const all = good + lost;
        const { low, high } = wilsonInterval(good, all);
        const ten = wilsonInterval(good * 10, all * 10);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        if (all === 0) return;
        expect(low).toBeLessThanOrEqual(good / all + 1e-12);
        expect(high).toBeGreaterThanOrEqual(good / all - 1e-12);
        expect(ten.high - ten.low).toBeLessThan(high - low);
      }),
    );
  });

  it("is what the literature says: 8 of 10 is 49 % to 94 %", () => {
    const { low, high } = wilsonInterval(8, 10);
    expect([low, high].map((value) => value.toFixed(3))).toEqual(["0.490", "0.943"]);
  });
});

describe("analyzeFeedback", () => {
  const lint = { code: "gate:lint", message: "The gate lint failed." };

  it("counts by model, with how often it was good and what was found", () => {
    const entries = [entry(1), entry(2), bad(3, { findings: [lint, lint] }), entry(4, { model: "opus", stars: 4 })];
    const [haiku, opus] = analyzeFeedback(entries, "model");
    expect(haiku).toMatchObject({ key: "haiku", attempts: 3, count: 2, findings: [{ ...lint, count: 1 }] });
    expect(opus).toMatchObject({ key: "opus", attempts: 1, count: 1, meanStars: 4 });
  });

  it("tells how large a share of all attempts ended in each failure class", () => {
    const entries = [entry(1), bad(2), bad(3), bad(4, { failureClass: "stuck" })];
    expect(analyzeFeedback(entries, "class").map(({ key, count, rate }) => [key, count, rate])).toEqual([
      ["recoverable", 2, 0.5],
      ["stuck", 1, 0.25],
    ]);
  });

  it("never loses an attempt, whatever it counts by", () => {
    const some = fc.array(fc.tuple(fc.nat(5), fc.boolean()).map(([n, isGood]) => entry(n, { isGood, model: `m${n}` })));
    fc.assert(
      fc.property(some, (entries) => {
        const sum = analyzeFeedback(entries, "model").reduce((total, { attempts }) => total + attempts, 0);
        expect(sum).toBe(entries.length);
      }),
    );
  });

  it("tells a finding with its newest words", () => {
    const older = bad(1, { findings: [{ code: "no-work", message: "old" }] });
    const newer = bad(2, { findings: [{ code: "no-work", message: "new" }] });
    expect(frequentFindings([newer, older])).toEqual([{ code: "no-work", message: "new", count: 2 }]);
  });
});

describe("startRung", () => {
  const settings = { routeAfter: 5, routeMinRate: 0.7 };
  const failing = [1, 2, 3, 4, 5].map((number) => bad(number));

  it("begins at the bottom while too little is known", () => {
    expect(startRung(["haiku", "opus"], failing.slice(1), settings)).toBe(0);
  });

  it("passes over a model whose work was seldom good", () => {
    expect(startRung(["haiku", "opus"], failing, settings)).toBe(1);
    expect(
      startRung(
        ["haiku", "opus"],
        [...failing, ...failing.map(() => entry(9)), ...failing.map(() => entry(9)), entry(9), entry(9)],
        settings,
      ),
    ).toBe(0);
  });

  it("begins on the last one when none is warranted", () => {
    const both = [...failing, ...failing.map((one) => ({ ...one, model: "opus" }))];
    expect(startRung(["haiku", "opus"], both, settings)).toBe(1);
  });
});

describe("what a task is about", () => {
  it.each([
    [["src/a.ts"], "code"],
    [["test/a.test.ts", "src/b.spec.js"], "tests"],
    [["docs/guide.md", "README.md"], "docs"],
    [["package.json", ".github/workflows/ci.yml"], "config"],
    [["src/a.ts", "README.md"], "mixed"],
    [[], "unnamed"],
  ])("is seen by its files: %j is %s", (expectedOutputs, kind) => {
    expect(taskKind({ expectedOutputs })).toBe(kind);
  });
});

describe("a rating", () => {
  it("is good, bad or a number of stars, and the middle says nothing", () => {
    expect(["good", "BAD", "3", "6", "fine"].map(parseRating)).toEqual([5, 1, 3, undefined, undefined]);
    expect(([1, 2, 3, 4, 5] as const).map(rateHolds)).toEqual([false, false, undefined, true, true]);
  });
});
