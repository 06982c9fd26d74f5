import type { TestCounts } from "./test-counts.ts";

export type Comparison = {
  /** Failures that the base did not have, as far as they have names. */
  readonly fresh: readonly string[];
  /** How many there are of those, named or not. */
  readonly freshCount: number;
  /** Failures that the base had as well. */
  readonly knownCount: number;
};

/** What an attempt has made worse. Where a runner does not name all failures, their numbers have to do. */
export function compareResults(now: TestCounts, base: TestCounts): Comparison {
  const before = new Set(base.failures);
  const fresh = now.failures.filter((name) => !before.has(name));
  const areNamed = now.failures.length >= now.failed && base.failures.length >= base.failed;
  const freshCount = areNamed ? fresh.length : Math.max(fresh.length, now.failed - base.failed);
  return { fresh, freshCount, knownCount: Math.max(0, now.failed - freshCount) };
}
