import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { periodStart } from "./budget-period.ts";

const time = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });

describe("periodStart", () => {
  it("is the last local midnight, on every day of the year", () => {
    fc.assert(
      fc.property(time, (now) => {
        const start = periodStart("day", now);
        expect(start).toBeLessThanOrEqual(now);
        expect(new Date(start).toDateString()).toBe(new Date(now).toDateString());
        expect(periodStart("day", start)).toBe(start);
      }),
    );
  });

  it("is the first of the month, and never for a limit that holds for ever", () => {
    fc.assert(
      fc.property(time, (now) => {
        const start = new Date(periodStart("month", now));
        expect([start.getDate(), start.getMonth()]).toEqual([1, new Date(now).getMonth()]);
        expect(periodStart("all", now)).toBe(0);
      }),
    );
  });
});
