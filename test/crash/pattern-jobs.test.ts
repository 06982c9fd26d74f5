import { describe, expect, it, vi } from "vitest";

import { patternCase } from "../support/crash/patterns/pattern-cases.ts";
import { survivePattern, undisturbedPattern } from "../support/crash/patterns/survive-pattern.ts";

vi.setConfig({ maxConcurrency: 2 });

describe.concurrent("kill -9 of a ready workflow's whole job, while its workflow records something", () => {
  // `npm run crash -- patterns` does it on both sides of every record of every one.
  it.each([
    ["map-reduce", "before"],
    ["saga", "after"],
  ] as const)(
    "%s, %s a record is made: resume comes to the same, and nobody is asked twice",
    async (workflow, side) => {
      const given = patternCase(workflow);
      const whole = await undisturbedPattern(given);
      const record = Math.ceil(whole.records / 2);
      const { problems, said } = await survivePattern(given, whole, { side, record });
      expect(problems, said).toEqual([]);
    },
  );
});
