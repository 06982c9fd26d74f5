import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidences, failedGate, proven } from "./attempt-evidence.fixture.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { explainDecision, explainSettled } from "./explain-decision.ts";

describe("explainDecision", () => {
  it("gives a reason for every action that was not taken", () => {
    fc.assert(
      fc.property(evidences, (evidence) => {
        const decision = decideAttempt(evidence);
        const { rules, alternatives } = explainDecision(evidence, decision);
        expect(new Set([decision.kind, ...alternatives.map(({ action }) => action)]).size).toBe(9);
        expect(alternatives.filter(({ why }) => why === "")).toEqual([]);
        expect(rules.at(-1)).toMatchObject({ rule: "policy", status: "fired" });
      }),
    );
  });

  it("names the rule that stood in the way of accepting", () => {
    const evidence = { ...proven, gates: [failedGate] };
    const { rules, alternatives } = explainDecision(evidence, decideAttempt(evidence));
    expect(rules.filter(({ status }) => status === "fired").map(({ rule }) => rule)).toEqual(["gates", "policy"]);
    expect(alternatives).toContainEqual({ action: "accept", why: "lint failed: 2 errors" });
    expect(alternatives).toContainEqual({ action: "fail", why: "1 of 3 attempts are used" });
  });

  it("never gives a reason against what was done in the end, whoever had the last word", () => {
    const asked = { rule: "breakpoint", says: "The rule look asks a person." } as const;
    fc.assert(
      fc.property(evidences, fc.constantFrom("accept", "retry", "ask", "fail"), (evidence, action) => {
        const decided = decideAttempt(evidence);
        const before = explainDecision(evidence, decided);
        const { rules, alternatives } = explainSettled(before, action, asked);
        expect(new Set([action, ...alternatives.map((each) => each.action)]).size).toBe(9);
        const last = { ...asked, status: "fired" };
        const isOther = action !== decided.kind;
        expect(rules).toEqual(isOther ? [...before.rules, last] : before.rules);
        expect(alternatives.some(({ why }) => why === asked.says)).toBe(isOther);
      }),
    );
  });
});
