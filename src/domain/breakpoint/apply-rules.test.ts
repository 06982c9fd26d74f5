import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { applyRules, type Occasion } from "./apply-rules.ts";
import { matchesText } from "./evaluate-condition.ts";
import type { Facts } from "./facts.ts";
import { ruleActions, type BreakpointRule, type Condition } from "./rule.ts";

const occasion = (facts: Facts, custom: ReadonlyMap<string, boolean> = new Map()): Occasion => ({
  kind: "before-merge",
  facts,
  custom,
  matchesPath: (path, glob) => path.startsWith(glob.replace("**", "")),
});

const rule = (more: Partial<BreakpointRule>): BreakpointRule => ({
  name: "r",
  on: ["before-merge"],
  action: "ask",
  priority: 0,
  ...more,
});

/** Conditions on facts that nobody knows, and on an evaluator that threw. */
const rests = fc.oneof(
  fc.constant<Condition>({ confidence: { above: 0.5 } }),
  fc.constant<Condition>({ taskCostUsd: { below: 1 } }),
  fc.constant<Condition>({ isCalibrated: true }),
  fc.constant<Condition>({ paths: { all: ["docs/**"] } }),
  fc.constant<Condition>({ custom: "throws" }),
);
const unknowns: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    rests,
    tie("condition").map((not) => ({ not })),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  ),
})).condition;

const rules = fc.array(
  fc.record({
    name: fc.uuid(),
    on: fc.constant(["before-merge"] as const),
    action: fc.constantFrom(...ruleActions),
    priority: fc.integer({ min: 0, max: 2 }),
    when: fc.option(fc.constantFrom<Condition>({}, { filesTouched: { is: 3 } }, { filesTouched: { is: 4 } }), {
      nil: undefined,
    }),
  }),
);

describe("which rule wins", () => {
  const facts: Facts = { filesTouched: 3 };
  const fits = ({ when }: BreakpointRule): boolean => when?.filesTouched === undefined || isThree(when);
  const isThree = ({ filesTouched }: Condition): boolean => JSON.stringify(filesTouched) === '{"is":3}';

  it("is one of those that fit, and none has a higher priority", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const verdict = applyRules(all, occasion(facts));
        const fitting = all.filter(fits);
        const winner = all.find(({ name }) => name === verdict?.rule);
        expect(winner === undefined ? [] : fitting).toEqual(fitting);
        expect(winner?.priority ?? -Infinity).toBe(Math.max(...fitting.map(({ priority }) => priority)));
      }),
    );
  });

  it("approves only when no equal asks or denies, and is the first of its like otherwise", () => {
    fc.assert(
      fc.property(rules, (all) => {
        const verdict = applyRules(all, occasion(facts));
        const winner = all.find(({ name }) => name === verdict?.rule);
        const equals = all.filter((one) => fits(one) && one.priority === winner?.priority);
        const strict = equals.filter(({ action }) => action !== "approve");
        expect(winner).toBe(strict[0] ?? equals[0]);
      }),
    );
  });

  it("has its own kind", () => {
    expect(applyRules([rule({ on: ["plan"] })], occasion(facts))).toBeUndefined();
  });
});

describe("what nobody knows", () => {
  it("never approves, however the condition is built", () => {
    fc.assert(
      fc.property(unknowns, (when) => {
        expect(applyRules([rule({ action: "approve", when })], occasion({}))).toBeUndefined();
      }),
    );
  });

  it("keeps no rule from asking or denying", () => {
    fc.assert(
      fc.property(unknowns, fc.constantFrom("ask", "deny"), (when, action) => {
        expect(applyRules([rule({ action, when })], occasion({}))?.action).toBe(action);
      }),
    );
  });

  it("does not matter where the rest settles it", () => {
    const when: Condition = { any: [{ custom: "throws" }, { filesTouched: { atMost: 3 } }] };
    expect(applyRules([rule({ action: "approve", when })], occasion({ filesTouched: 2 }))?.action).toBe("approve");
    const neither: Condition = { all: [{ custom: "throws" }, { filesTouched: { above: 3 } }] };
    expect(applyRules([rule({ when: neither })], occasion({ filesTouched: 2 }))).toBeUndefined();
  });
});

describe("tests of facts", () => {
  const approves = (when: Condition, facts: Facts): boolean =>
    applyRules([rule({ action: "approve", when })], occasion(facts, new Map([["ours", true]]))) !== undefined;

  it.each<[Condition, Facts, boolean]>([
    [{ filesTouched: { above: 2, atMost: 3 } }, { filesTouched: 3 }, true],
    [{ filesTouched: { above: 2, below: 3 } }, { filesTouched: 3 }, false],
    [{ confidence: { atLeast: 0.7 } }, { confidence: Number.NaN }, false],
    [{ paths: { all: ["docs/**"] } }, { paths: ["docs/a", "src/b"] }, false],
    [{ paths: { any: ["docs/**"] } }, { paths: ["docs/a", "src/b"] }, true],
    [{ paths: { none: ["src/**"] } }, { paths: ["docs/a"] }, true],
    [{ paths: { all: ["docs/**"] } }, { paths: [] }, false],
    [{ task: { oneOf: ["doc-*", "x"] } }, { task: "doc-api" }, true],
    [{ isReplayed: false }, { isReplayed: true }, false],
    [{ custom: "ours" }, {}, true],
    [{ not: { custom: "ours" } }, {}, false],
  ])("%j of %j: %j", (when, facts, expected) => {
    expect(approves(when, facts)).toBe(expected);
  });
});

describe("a pattern of a command", () => {
  const more = fc.constantFrom(";", "&", "|", "<", ">", "$", "`", "(", ")", "\n", "\\");

  it("approves no second command behind the one that it names", () => {
    fc.assert(
      fc.property(fc.string(), more, fc.string(), (before, control, behind) => {
        expect(matchesText(`npm test ${before}${control}${behind}`, "npm test *", true)).toBe(false);
      }),
    );
  });

  it("is matched generously where something is to be kept from being approved", () => {
    const when: Condition = { tool: { oneOf: ["Bash"] }, not: { command: { oneOf: ["rm *"] } } };
    const facts: Facts = { tool: "Bash", command: "rm -rf x; echo" };
    const asked = { ...occasion(facts), kind: "permission" as const };
    expect(applyRules([rule({ on: ["permission"], action: "approve", when })], asked)).toBeUndefined();
  });
});

it("a message tells the facts, and says where nobody knows", () => {
  const message = "{{ task }} changes {{paths}} at {{ confidence }}";
  const verdict = applyRules([rule({ message })], occasion({ task: "a", paths: ["x", "y"] }));
  expect(verdict?.message).toBe("a changes x, y at unknown");
});
