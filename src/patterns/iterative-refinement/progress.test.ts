import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bestOf, endOf, type Iteration, type Limits } from "./progress.ts";

const limits: Limits = { threshold: 0.8, maxIterations: 5, plateau: { iterations: 2, minGain: 0.01 } };

const scored = (...scores: readonly number[]): readonly Iteration[] =>
  scores.map((score, index) => ({ iteration: index + 1, score }));

describe("the end of a refinement", () => {
  it.each([
    [[0.5], undefined],
    [[0.8], "reached"],
    [[0.5, 0.5], undefined],
    [[0.5, 0.5, 0.505], "plateau"],
    [[0.5, 0.4, 0.51], undefined],
    [[0.5, 0.4, 0.6, 0.55, 0.52], "plateau"],
    [[0.1, 0.2, 0.3, 0.4, 0.5], "max-iterations"],
  ] as const)("of scores %j is %s", (scores, end) => {
    expect(endOf(scored(...scores), limits)).toBe(end);
  });

  it("counts any gain where none is too small, and no standstill", () => {
    const anyGain = { ...limits, plateau: { iterations: 1, minGain: 0 } };
    expect(endOf(scored(0.1, 0.1001), anyGain)).toBeUndefined();
    expect(endOf(scored(0.1, 0.1), anyGain)).toBe("plateau");
  });

  it("always comes, keeps the first of the best, and is reached only by a score that is enough", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(score, { minLength: 5, maxLength: 5 }), score, (scores, threshold) => {
        const own = { ...limits, threshold };
        const ends = scores.map((_, index) => endOf(scored(...scores.slice(0, index + 1)), own));
        const first = ends.findIndex((end) => end !== undefined);
        expect(first).toBeGreaterThanOrEqual(0);
        const tries = scored(...scores.slice(0, first + 1));
        const best = bestOf(tries);
        expect(best?.score).toBe(Math.max(...scores.slice(0, first + 1)));
        expect(tries.find((each) => each.score === best?.score)).toBe(best);
        expect(ends[first] === "reached").toBe((best?.score ?? 0) >= threshold);
      }),
    );
  });
});
