import { namesIn, numberIn, sumIn } from "./match-lines.ts";
import type { ResultParser, TestCounts } from "./test-counts.ts";

/** ` Tests  2 failed | 10 passed | 1 skipped (13)` */
function vitest(output: string): TestCounts | undefined {
  const summary = /^\s*Tests\s{2,}.*\(\d+\)\s*$/m.exec(output)?.[0];
  if (summary === undefined) return undefined;
  return {
    ...inSummary(summary),
    failures: namesIn(output, /^\s*FAIL\s+(?:\|[^|]*\|\s+)?(\S+ > .*?)\s*$/gm),
  };
}

/** `Tests:       2 failed, 1 skipped, 10 passed, 13 total` */
function jest(output: string): TestCounts | undefined {
  const summary = /^Tests:\s+.*\btotal\s*$/m.exec(output)?.[0];
  if (summary === undefined) return undefined;
  return { ...inSummary(summary), failures: namesIn(output, /^\s*● (?!Console|Test suite failed)(.*?)\s*$/gm) };
}

const inSummary = (summary: string) => ({
  passed: numberIn(summary, /(\d+) passed/g),
  failed: numberIn(summary, /(\d+) failed/g),
  skipped: sumIn(summary, /(\d+) (?:skipped|todo|pending)/g),
});

/** `  10 passing (5ms)`, and below it each failure with a number. */
function mocha(output: string): TestCounts | undefined {
  if (!/^\s+\d+ passing \(/m.test(output)) return undefined;
  const failed = numberIn(output, /^\s+(\d+) failing\s*$/gm);
  const below = failed === 0 ? "" : output.slice(output.search(/^\s+\d+ failing\s*$/m));
  return {
    passed: numberIn(output, /^\s+(\d+) passing \(/gm),
    failed,
    skipped: numberIn(output, /^\s+(\d+) pending\s*$/gm),
    failures: [...below.matchAll(/^\s+\d+\) (.*\n(?:\s{5,}.*\n)*?\s*.*?):\s*$/gm)].map(({ 1: name = "" }) =>
      name.replaceAll(/\s+/g, " ").trim(),
    ),
  };
}

/** The summary of `node --test`, in both of its forms. */
function nodeTest(output: string): TestCounts | undefined {
  if (!/^(?:#|ℹ) pass \d+\s*$/m.test(output) || !/^(?:#|ℹ) fail \d+\s*$/m.test(output)) return undefined;
  const spec = output.slice(
    0,
    output.search(/^✖ failing tests:/m) === -1 ? undefined : output.search(/^✖ failing tests:/m),
  );
  return {
    passed: numberIn(output, /^(?:#|ℹ) pass (\d+)\s*$/gm),
    failed: numberIn(output, /^(?:#|ℹ) fail (\d+)\s*$/gm),
    skipped: numberIn(output, /^(?:#|ℹ) skipped (\d+)\s*$/gm),
    failures: [...tapFailures(output), ...namesIn(spec, /^\s*✖ (.*?)(?: \([\d.]+ms\))?\s*$/gm)],
  };
}

const tapFailures = (output: string): readonly string[] =>
  namesIn(output, /^\s*not ok \d+ (?:- )?((?:(?!\s# (?:TODO|SKIP)).)*?)\s*$/gim);

/** The Test Anything Protocol: a plan and a line for each test. */
function tap(output: string): TestCounts | undefined {
  if (!/^\s*1\.\.\d+/m.test(output) || !/^(?:not )?ok \d+/m.test(output)) return undefined;
  const lines = output.split("\n").filter((line) => /^(?:not )?ok \d+/.test(line));
  const skipped = lines.filter((line) => /# (?:skip|todo)/i.test(line));
  const failed = lines.filter((line) => line.startsWith("not ok") && !skipped.includes(line));
  return {
    passed: lines.length - failed.length - skipped.length,
    failed: failed.length,
    skipped: skipped.length,
    failures: tapFailures(failed.join("\n")),
  };
}

export const jsParsers: readonly ResultParser[] = [
  { name: "vitest", parse: vitest },
  { name: "jest", parse: jest },
  { name: "mocha", parse: mocha },
  { name: "node:test", parse: nodeTest },
  { name: "TAP", parse: tap },
];
