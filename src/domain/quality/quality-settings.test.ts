import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { notJudged } from "./quality-report.ts";
import { judgedStage, qualityReport, qualityShortfalls, unjudgedStage, withSeverity } from "./quality-settings.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const judged = fc
  .record({ score: share, threshold: share, weight: fc.nat(10) })
  .map(({ score, ...limits }) => judgedStage("x", { score, findings: [] }, limits));
const stages = fc.array(fc.oneof(judged, fc.constant(unjudgedStage("y", "Nobody was there."))), { maxLength: 6 });

describe("a quality report", () => {
  it("has a score between the worst and the best that was judged, and none when nothing was", () => {
    fc.assert(
      fc.property(stages, (all) => {
        const { score } = qualityReport(all);
        const scores = all.filter(({ weight }) => weight > 0).flatMap((stage) => stage.score ?? []);
        if (scores.length === 0) return score === undefined;
        return score !== undefined && score >= Math.min(...scores) - 1e-9 && score <= Math.max(...scores) + 1e-9;
      }),
    );
  });

  it("names what was not judged and never counts it as passed or failed", () => {
    const report = qualityReport([unjudgedStage("review", "It is off.")]);
    expect([notJudged(report), qualityShortfalls(report), report.score]).toEqual([["review"], [], undefined]);
  });

  it("refuses with a blocker whatever the score, and below a threshold without one", () => {
    const finding = { code: "secret-added", message: "A secret.", severity: "blocker" } as const;
    const blocked = judgedStage("diff", { score: 1, findings: [finding] });
    const low = judgedStage("review", { score: 0.4, findings: [] }, { threshold: 0.6, weight: 1 });
    expect(qualityShortfalls(qualityReport([blocked, low]))).toEqual([
      "A secret.",
      'The stage "review" scored 0.40, and 0.60 is the least.',
    ]);
  });

  it("means by a finding what the settings say", () => {
    const seen = [
      { code: "todo-added", message: "Later." },
      { code: "secret-added", message: "A key." },
    ] as const;
    expect(withSeverity(seen, { rules: { "todo-added": "off" } })).toMatchObject([{ severity: "blocker" }]);
    expect(withSeverity(seen, { rules: { "secret-added": "note" } }).map(({ severity }) => severity)).toEqual([
      "note",
      "note",
    ]);
  });
});
