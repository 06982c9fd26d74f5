import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compareResults } from "./compare-results.ts";
import { readResults } from "./read-results.ts";

/** As the programs print it; colours and most of the lines between left out. */
const printed: readonly (readonly [runner: string, output: string, counts: object])[] = [
  [
    "vitest",
    " FAIL  src/a.test.ts > sums > adds\nAssertionError: expected 3 to be 4\n\n Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 10 passed | 2 skipped (13)\n   Start at  10:00:00\n",
    { passed: 10, failed: 1, skipped: 2, failures: ["src/a.test.ts > sums > adds"] },
  ],
  [
    "jest",
    "  ● sums › adds\n\n    expect(received).toBe(expected)\n\nTests:       1 failed, 1 skipped, 9 passed, 11 total\nSnapshots:   0 total\n",
    { passed: 9, failed: 1, skipped: 1, failures: ["sums › adds"] },
  ],
  [
    "mocha",
    "  sums\n    ✔ one\n    1) adds\n\n\n  1 passing (4ms)\n  1 failing\n\n  1) sums\n       adds:\n     AssertionError: 3 == 4\n",
    { passed: 1, failed: 1, skipped: 0, failures: ["sums adds"] },
  ],
  [
    "node:test",
    "✖ adds (0.5ms)\nℹ tests 2\nℹ pass 1\nℹ fail 1\nℹ skipped 0\n\n✖ failing tests:\n\n✖ adds (0.5ms)\n",
    { passed: 1, failed: 1, skipped: 0, failures: ["adds"] },
  ],
  [
    "TAP",
    "TAP version 13\nok 1 - one\nnot ok 2 - two\nok 3 - three # SKIP\n1..3\n",
    { passed: 1, failed: 1, skipped: 1, failures: ["two"] },
  ],
  [
    "pytest",
    "FAILED tests/test_a.py::test_x[1] - assert 1 == 2\n========= 1 failed, 4 passed, 1 skipped in 0.12s =========\n",
    { passed: 4, failed: 1, skipped: 1, failures: ["tests/test_a.py::test_x[1]"] },
  ],
  [
    "unittest",
    "FAIL: test_x (a.T.test_x)\n----\nRan 3 tests in 0.001s\n\nFAILED (failures=1, skipped=1)\n",
    { passed: 1, failed: 1, skipped: 1, failures: ["test_x (a.T.test_x)"] },
  ],
  [
    "go test",
    "--- FAIL: TestX (0.00s)\n    a_test.go:3: no\nFAIL\nFAIL\texample.com/a\t0.002s\nok  \texample.com/b\t0.001s\nFAIL\n",
    { passed: 1, failed: 1, skipped: 0, failures: ["TestX"] },
  ],
  [
    "cargo test",
    "test a::one ... ok\ntest a::two ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
    { passed: 1, failed: 1, skipped: 0, failures: ["a::two"] },
  ],
  [
    "JUnit XML",
    '<testsuite name="a" tests="2" failures="1" errors="0" skipped="0"><testcase classname="a" name="one"/><testcase classname="a" name="two"><failure message="no"/></testcase></testsuite>',
    { passed: 1, failed: 1, skipped: 0, failures: ["a two"] },
  ],
  [
    "tsc",
    "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
    {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: ["src/a.ts TS2322 Type 'string' is not assignable to type 'number'."],
    },
  ],
  [
    "eslint",
    "/p/src/a.js\n  1:5  error  'x' is never used  no-unused-vars\n\n✖ 1 problem (1 error, 0 warnings)\n",
    { passed: 0, failed: 1, skipped: 0, failures: ["/p/src/a.js no-unused-vars 'x' is never used"] },
  ],
  ["oxlint", "Found 0 warnings and 2 errors.\nFinished in 5ms\n", { passed: 0, failed: 2, skipped: 0, failures: [] }],
];

describe("the output of a gate", () => {
  it.each(printed)("of %s is read", (runner, output, counts) => {
    expect(readResults(output)).toEqual({ runner, ...counts });
  });

  it("is read with its colours", () => {
    expect(readResults("\u001B[31m1 failed\u001B[0m, 2 passed in 0.1s\n")).toMatchObject({
      runner: "pytest",
      failed: 1,
    });
  });

  it("that is nobody's says nothing", () => {
    expect(readResults("make: *** [all] Error 2\n")).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => readResults(`x ${text.replaceAll(/\s/g, "")}`) === undefined));
  });

  it("is read by the project's own parser first", () => {
    const own = { name: "ours", parse: () => ({ passed: 1, failed: 0, skipped: 0, failures: [] }) };
    expect(readResults("TAP version 13\nok 1 - one\n1..1\n", [own])?.runner).toBe("ours");
  });
});

describe("compareResults", () => {
  const of = (failures: readonly string[], failed = failures.length) => ({ passed: 0, failed, skipped: 0, failures });

  it("tells new failures from those that were there", () => {
    expect(compareResults(of(["a", "b"]), of(["b", "c"]))).toEqual({ fresh: ["a"], freshCount: 1, knownCount: 1 });
  });

  it("goes by numbers where not all have names", () => {
    expect(compareResults(of([], 5), of([], 3))).toEqual({ fresh: [], freshCount: 2, knownCount: 3 });
  });

  it("never finds more new failures than there are failures", () => {
    const names = fc.uniqueArray(fc.string(), { maxLength: 6 });
    fc.assert(
      fc.property(names, names, (now, base) => {
        const { freshCount, knownCount } = compareResults(of(now), of(base));
        return freshCount + knownCount === now.length && (base.length > 0 || freshCount === now.length);
      }),
    );
  });
});
