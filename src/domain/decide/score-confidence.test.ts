import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { QualityReport } from "../quality/quality-report.ts";
import type { ConfidenceTerm } from "./confidence.ts";
import { combineTerms, confidenceTerms, type ConfidenceFacts } from "./score-confidence.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const terms = fc.array(
  fc.record({
    name: fc.string(),
    value: fc.option(share, { nil: undefined }),
    weight: fc.double({ min: 0, max: 10, noNaN: true }),
    says: fc.constant("something"),
  }),
  { maxLength: 8 },
) as fc.Arbitrary<ConfidenceTerm[]>;

const quality = fc.option(
  fc
    .array(fc.record({ name: fc.constantFrom("outputs", "commands", "diff", "review"), score: share }))
    .map((stages): QualityReport => ({
      stages: stages.map(({ name, score }) => ({
        name,
        score,
        status: "passed",
        threshold: 0,
        weight: 1,
        findings: [],
      })),
    })),
  { nil: undefined },
);
const facts: fc.Arbitrary<ConfidenceFacts> = fc.record({
  gates: fc.array(fc.record({ isOk: fc.boolean() }), { maxLength: 5 }),
  isValid: fc.boolean(),
  quality,
  earlierTries: fc.nat(10),
  diff: fc.record({ files: fc.nat(500), added: fc.nat(10_000), deleted: fc.nat(10_000) }),
  sensitiveFiles: fc.nat(20),
  history: fc.option(
    fc.tuple(fc.nat(50), fc.nat(50)).map(([held, lost]) => ({ held, total: held + lost })),
    { nil: undefined },
  ),
});
const scoreOf = (known: ConfidenceFacts): number => combineTerms(confidenceTerms(known));
const slack = 1e-9;

/** A small first try that nobody has judged. */
const bare: ConfidenceFacts = {
  gates: [],
  isValid: true,
  earlierTries: 0,
  diff: { files: 1, added: 1, deleted: 0 },
  sensitiveFiles: 0,
};
const liked = (name: string): QualityReport => ({
  stages: [{ name, score: 1, status: "passed", threshold: 0, weight: 1, findings: [] }],
});

describe("the combined terms", () => {
  it("lie in [0, 1]", () => {
    fc.assert(fc.property(facts, (known) => scoreOf(known) >= 0 && scoreOf(known) <= 1));
  });

  it("never fall when one term's value grows", () => {
    fc.assert(
      fc.property(terms, fc.nat(), share, (all, at, higher) => {
        const place = at % Math.max(1, all.length);
        const better = all.map((term, index) =>
          index === place && term.value !== undefined ? { ...term, value: Math.max(term.value, higher) } : term,
        );
        expect(combineTerms(better)).toBeGreaterThanOrEqual(combineTerms(all) - slack);
      }),
    );
  });

  it("are the same without a term that says nothing", () => {
    fc.assert(
      fc.property(terms, (all) => {
        const telling = all.filter(({ value }) => value !== undefined);
        expect(combineTerms(telling)).toBe(combineTerms(all));
      }),
    );
  });

  it("are undecided when nothing says anything", () => {
    expect(combineTerms([])).toBe(0.5);
  });
});

describe("what speaks for work", () => {
  it.each([
    ["an earlier failed try less", (known: ConfidenceFacts) => ({ ...known, earlierTries: known.earlierTries + 1 })],
    ["a sensitive file less", (known: ConfidenceFacts) => ({ ...known, sensitiveFiles: known.sensitiveFiles + 1 })],
    [
      "a smaller change",
      (known: ConfidenceFacts) => ({ ...known, diff: { ...known.diff, added: known.diff.added + 100 } }),
    ],
    ["fewer files", (known: ConfidenceFacts) => ({ ...known, diff: { ...known.diff, files: known.diff.files + 1 } })],
  ])("never makes it less sure: %s", (_what, worse) => {
    fc.assert(fc.property(facts, (known) => scoreOf(worse(known)) <= scoreOf(known) + slack));
  });

  it.each([
    ["a gate that passed", (known: ConfidenceFacts) => ({ ...known, gates: [{ isOk: true }] })],
    ["work that held before", (known: ConfidenceFacts) => ({ ...known, history: { held: 1_000, total: 1_000 } })],
    ["a stage that liked it", (known: ConfidenceFacts) => ({ ...known, quality: liked("outputs") })],
    ["a review that liked it", (known: ConfidenceFacts) => ({ ...known, quality: liked("review") })],
  ])("makes it surer than where nobody has said anything: %s", (_what, better) => {
    const unjudged = facts.map((known) => ({ ...known, gates: [], quality: undefined, history: undefined }));
    fc.assert(fc.property(unjudged, (known) => scoreOf(better(known)) > scoreOf(known)));
  });

  it("leaves a first try that nobody has judged far from sure", () => {
    expect(scoreOf(bare)).toBeLessThan(0.76);
    expect(scoreOf({ ...bare, gates: [{ isOk: true }] })).toBeGreaterThan(0.8);
  });

  it("counts as nothing where there is nothing: no gates, no review, no history", () => {
    const silent = confidenceTerms(bare).filter(({ value }) => value === undefined);
    expect(silent.map(({ name, weight }) => [name, weight])).toEqual([
      ["gates", 0],
      ["proof", 0],
      ["review", 0],
      ["quality", 0],
      ["history", 0],
    ]);
  });
});
