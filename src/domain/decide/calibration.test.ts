import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { calibrated, fitCalibration, type ScoredOutcome } from "./calibration.ts";

const outcome = fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), held: fc.boolean() });
const outcomes = fc.array(outcome, { minLength: 30, maxLength: 120 });

/** `count` outcomes of one score, `held` of them good. */
const at = (score: number, count: number, held: number): readonly ScoredOutcome[] =>
  Array.from({ length: count }, (_, index) => ({ score, held: index < held }));

describe("fitCalibration", () => {
  it("says nothing with too few outcomes, or when next to none was lost", () => {
    expect(fitCalibration(at(0.9, 29, 20), 30)).toBeUndefined();
    expect(fitCalibration(at(0.9, 100, 98), 30)).toBeUndefined();
    expect(fitCalibration(at(0.9, 100, 90), 30)).toBeDefined();
  });

  it("never falls with the score and stays in [0, 1]", () => {
    fc.assert(
      fc.property(outcomes, fc.double({ min: 0, max: 1, noNaN: true }), (known, score) => {
        const fit = fitCalibration(known, 30);
        if (fit === undefined) return;
        const [low, high] = [calibrated(fit, score), calibrated(fit, Math.min(1, score + 0.1))];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(low);
      }),
    );
  });

  it("thinks of all that is known as much as held, but for the smoothing", () => {
    fc.assert(
      fc.property(outcomes, (known) => {
        const fit = fitCalibration(known, 30);
        if (fit === undefined) return;
        const mean = known.reduce((sum, { score }) => sum + calibrated(fit, score), 0) / known.length;
        const held = known.filter((one) => one.held).length / known.length;
        expect(Math.abs(mean - held)).toBeLessThan(0.05);
      }),
    );
  });

  it("finds what scores are worth: 0.9 that holds six times of ten is 0.6", () => {
    const fit = fitCalibration([...at(0.9, 200, 120), ...at(0.5, 200, 40)], 30);
    expect(fit).toBeDefined();
    if (fit === undefined) return;
    expect(calibrated(fit, 0.9)).toBeCloseTo(0.6, 1);
    expect(calibrated(fit, 0.5)).toBeCloseTo(0.2, 1);
  });

  it("takes scores that say nothing, or the opposite, for what they are: the share that held", () => {
    const fit = fitCalibration([...at(0.9, 50, 20), ...at(0.4, 50, 40)], 30);
    expect(fit?.slope).toBe(0);
    expect(fit && calibrated(fit, 0.9)).toBeCloseTo(0.6, 1);
    expect(fitCalibration(at(0.8, 60, 30), 30)).toBeDefined();
  });
});
