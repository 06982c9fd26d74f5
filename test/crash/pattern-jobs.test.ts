import { describe, expect, it, vi } from "vitest";

import { patternCase } from "../support/crash/patterns/pattern-cases.ts";
import { survivePattern, undisturbedPattern } from "../support/crash/patterns/survive-pattern.ts";

vi.setConfig({ maxConcurrency: 2 });

describe.concurrent("kill -9 of a ready workflow's whole job, while its workflow records something", () => {
  // `npm run crash -- patterns` does it at every record of every one.
  it.each(["map-reduce", "saga"])("%s: resume comes to the same, and nobody is asked twice", async (workflow) => {
    const given = patternCase(workflow);
    const whole = await undisturbedPattern(given);
    const middle = Math.ceil(whole.records / 2);
    for (const kill of [
      { side: "before", record: middle },
      { side: "after", record: middle },
    ] as const) {
      const { problems, said } = await survivePattern(given, whole, kill);
      expect(problems, said).toEqual([]);
    }
  });
});
