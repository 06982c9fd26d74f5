import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { afterFailure, goodStanding, mayBeAsked, type FailedQuestion } from "./standing.ts";

const policy = { failuresUntilRest: 3, restMs: 1_000 };
const failure = fc.record({ reason: fc.string(), isDown: fc.boolean() });
const after = (failures: readonly FailedQuestion[]) =>
  failures.reduce((standing, one, at) => afterFailure(standing, one, { now: at, policy }), goodStanding);

describe("the standing of a supervisor", () => {
  it("counts failures in a row, and rests from the last that was allowed", () => {
    fc.assert(
      fc.property(fc.array(failure, { minLength: 1, maxLength: 8 }), (failures) => {
        const { restsUntil, ...standing } = after(failures);
        expect(standing.failures).toBe(failures.length);
        const rests = failures.length >= policy.failuresUntilRest;
        expect(restsUntil).toBe(rests ? failures.length - 1 + policy.restMs : null);
      }),
    );
  });

  it("is unavailable once it could not be asked, or has failed as often as is allowed; and then says why", () => {
    fc.assert(
      fc.property(fc.array(failure, { minLength: 1, maxLength: 8 }), (failures) => {
        const { isAvailable, reason } = after(failures);
        expect(isAvailable).toBe(failures.length < policy.failuresUntilRest && failures.every(({ isDown }) => !isDown));
        expect(reason === null).toBe(isAvailable);
      }),
    );
  });

  it("may be asked again when the rest is over", () => {
    const resting = { ...goodStanding, restsUntil: 100 };
    expect([99, 100, 101].map((now) => mayBeAsked(resting, now))).toEqual([false, true, true]);
    expect(mayBeAsked(goodStanding, 0)).toBe(true);
  });
});
