import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateAttempt, type AttemptFacts } from "./validate-attempt.ts";

const good: AttemptFacts = {
  expectedOutputs: [{ path: "src/a.ts", exists: true }],
  changedFiles: ["src/a.ts"],
  outsideFootprint: [],
  protectedTouched: [],
  agentText: "Done.",
};

const codesOf = (facts: Partial<AttemptFacts>): readonly string[] => {
  const verdict = validateAttempt({ ...good, ...facts });
  return verdict.ok ? [] : verdict.problems.map(({ code }) => code);
};

describe("validateAttempt", () => {
  it("passes work that is there and where it belongs", () => {
    expect(validateAttempt(good)).toEqual({ ok: true });
  });

  it.each<[string, Partial<AttemptFacts>, readonly string[]]>([
    ["a missing output", { expectedOutputs: [{ path: "b", exists: false }] }, ["expected-output-missing"]],
    ["no change at all", { changedFiles: [] }, ["no-work"]],
    [
      "no change even when the outputs were there before",
      { changedFiles: [], expectedOutputs: [{ path: "a", exists: true }] },
      ["no-work"],
    ],
    [
      "a question instead of work",
      { changedFiles: [], agentText: "Which one? **Should I go on?**\n" },
      ["question-instead-of-work"],
    ],
    ["changes outside the footprint", { outsideFootprint: ["x"] }, ["outside-footprint"]],
    ["changes to protected files", { protectedTouched: [".mcp.json"] }, ["protected-touched"]],
    ["silence of a task that only answers", { changedFiles: [], requiresChanges: false, agentText: " " }, ["no-work"]],
    [
      "everything that is wrong, not only the first",
      { changedFiles: [], expectedOutputs: [{ path: "b", exists: false }] },
      ["no-work", "expected-output-missing"],
    ],
  ])("refuses %s", (_what, facts, codes) => {
    expect(codesOf(facts)).toEqual(codes);
  });

  it("lets a question pass that follows real work", () => {
    expect(codesOf({ agentText: "Done. Shall I also update the docs?" })).toEqual([]);
  });

  it("lets a task that only answers change nothing", () => {
    expect(codesOf({ changedFiles: [], requiresChanges: false, expectedOutputs: [], agentText: "42?" })).toEqual([]);
  });

  it("shows at most ten paths in a message", () => {
    const verdict = validateAttempt({
      ...good,
      outsideFootprint: Array.from({ length: 12 }, (_, index) => `f${index}`),
    });
    expect(verdict).toMatchObject({ problems: [{ message: expect.stringContaining("f9 and 2 more") }] });
  });

  it("never passes an attempt without its outputs, whatever else is true", () => {
    const facts = fc.record({
      changedFiles: fc.array(fc.string()),
      agentText: fc.string(),
      requiresChanges: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, (some) => {
        expect(codesOf({ ...some, expectedOutputs: [{ path: "b", exists: false }] })).toContain(
          "expected-output-missing",
        );
      }),
    );
  });
});
