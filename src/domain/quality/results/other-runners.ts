import { namesIn, numberIn, sumIn } from "./match-lines.ts";
import type { ResultParser, TestCounts } from "./test-counts.ts";

/** `=== 2 failed, 10 passed, 1 skipped in 0.12s ===`, with `-q` without the lines around it. */
function pytest(output: string): TestCounts | undefined {
  const summary = /^(?:=+ )?(?:\d+ \w+(?:, )?)+ in [\d.]+s\b.*$/m.exec(output)?.[0];
  if (summary === undefined) return undefined;
  return {
    passed: sumIn(summary, /(\d+) (?:passed|xpassed)/g),
    failed: sumIn(summary, /(\d+) (?:failed|errors?)\b/g),
    skipped: sumIn(summary, /(\d+) (?:skipped|xfailed|deselected)/g),
    failures: namesIn(output, /^(?:FAILED|ERROR) (\S+(?:\[[^\]]*\])?)/gm),
  };
}

/** `Ran 3 tests in 0.001s`, then `OK` or `FAILED (failures=1, errors=1)`. */
function unittest(output: string): TestCounts | undefined {
  if (!/^Ran \d+ tests? in /m.test(output)) return undefined;
  const end = /^(?:OK|FAILED)(?: \(.*\))?\s*$/m.exec(output)?.[0] ?? "";
  const failed = sumIn(end, /(?:failures|errors)=(\d+)/g);
  const skipped = sumIn(end, /(?:skipped|expected failures)=(\d+)/g);
  const ran = numberIn(output, /^Ran (\d+) tests? in /gm);
  return { passed: ran - failed - skipped, failed, skipped, failures: namesIn(output, /^(?:FAIL|ERROR): (.*?)\s*$/gm) };
}

/** Without `-v`, only what failed has lines of its own: then packages that are `ok` count as passed. */
function go(output: string): TestCounts | undefined {
  if (!/^(?:ok|FAIL)\s+\S+\s+(?:[\d.]+s|\(cached\)|\[)/m.test(output)) return undefined;
  const failures = namesIn(output, /^\s*--- FAIL: (\S+)/gm);
  const broken = namesIn(output, /^FAIL\s+(\S+) \[(?:build|setup) failed\]/gm);
  const passed = (output.match(/^\s*--- PASS: /gm) ?? []).length;
  return {
    passed: passed > 0 ? passed : (output.match(/^ok\s/gm) ?? []).length,
    failed: failures.length + broken.length,
    skipped: (output.match(/^\s*--- SKIP: /gm) ?? []).length,
    failures: [...failures, ...broken],
  };
}

/** `test result: FAILED. 10 passed; 2 failed; 1 ignored; …`, once for each program of tests. */
function cargo(output: string): TestCounts | undefined {
  if (!/^test result: /m.test(output)) return undefined;
  return {
    passed: sumIn(output, /^test result: .*?(\d+) passed/gm),
    failed: sumIn(output, /^test result: .*?(\d+) failed/gm),
    skipped: sumIn(output, /^test result: .*?(\d+) ignored/gm),
    failures: namesIn(output, /^test (.*?) \.\.\. FAILED\s*$/gm),
  };
}

const attribute = (tag: string, name: string): number =>
  Number(new RegExp(String.raw`\b${name}="(\d+)"`).exec(tag)?.[1] ?? 0);

/** Inner suites are counted by the outer one where it counts at all. */
function junitXml(output: string): TestCounts | undefined {
  const cases = [...output.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)];
  const [suite = ""] = /<testsuites?\b[^>]*\btests="[^>]*>/.exec(output) ?? [];
  if (suite === "" && cases.length === 0) return undefined;
  const bad = cases.filter(({ 2: body = "" }) => /<(?:failure|error)\b/.test(body));
  const tests = suite === "" ? cases.length : attribute(suite, "tests");
  const failed = suite === "" ? bad.length : attribute(suite, "failures") + attribute(suite, "errors");
  const skipped =
    suite === "" ? cases.filter(({ 2: body = "" }) => /<skipped\b/.test(body)).length : attribute(suite, "skipped");
  return { passed: tests - failed - skipped, failed, skipped, failures: bad.map(({ 1: head = "" }) => caseName(head)) };
}

const caseName = (head: string): string =>
  [/\bclassname="([^"]*)"/.exec(head)?.[1], /(?:^|\s)name="([^"]*)"/.exec(head)?.[1]]
    .filter((part) => part !== undefined)
    .join(" ");

/** `Tests run: 5, Failures: 1, Errors: 0, Skipped: 1`; the last line is the sum. */
function surefire(output: string): TestCounts | undefined {
  const summary = [...output.matchAll(/Tests run: (\d+), Failures: \d+, Errors: \d+(?:, Skipped: \d+)?/g)].at(-1);
  if (summary === undefined) return undefined;
  const failed = sumIn(summary[0], /(?:Failures|Errors): (\d+)/g);
  const skipped = numberIn(summary[0], /Skipped: (\d+)/g);
  return {
    passed: Number(summary[1]) - failed - skipped,
    failed,
    skipped,
    failures: namesIn(output, /^\[ERROR\]\s+(\w[\w.$]*(?:\.|:)\w+)(?::\d+)?\b.*(?:expected|»|but)/gm),
  };
}

/** `10 examples, 2 failures, 1 pending` */
function rspec(output: string): TestCounts | undefined {
  const summary = /^\d+ examples?, \d+ failures?.*$/m.exec(output)?.[0];
  if (summary === undefined) return undefined;
  const failed = numberIn(summary, /(\d+) failures?/g);
  const skipped = numberIn(summary, /(\d+) pending/g);
  const failures = namesIn(output, /^rspec (\S+)/gm);
  return { passed: numberIn(summary, /^(\d+) examples?/g) - failed - skipped, failed, skipped, failures };
}

export const otherParsers: readonly ResultParser[] = [
  { name: "pytest", parse: pytest },
  { name: "unittest", parse: unittest },
  { name: "go test", parse: go },
  { name: "cargo test", parse: cargo },
  { name: "JUnit XML", parse: junitXml },
  { name: "Surefire", parse: surefire },
  { name: "RSpec", parse: rspec },
];
