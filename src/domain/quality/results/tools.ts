import { numberIn } from "./match-lines.ts";
import type { ResultParser, TestCounts } from "./test-counts.ts";

/** Compilers and linters report what is wrong and nothing else: without lines, so that an edit above moves nothing. */
const problems = (failures: readonly string[], count: number): TestCounts => ({
  passed: 0,
  failed: Math.max(failures.length, count),
  skipped: 0,
  failures,
});

/** `src/a.ts(1,2): error TS2345: …`, or with `--pretty` `src/a.ts:1:2 - error TS2345: …`. */
function tsc(output: string): TestCounts | undefined {
  const found = [...output.matchAll(/^(\S+?)(?:\(\d+,\d+\):|:\d+:\d+ -) error (TS\d+): (.*?)\s*$/gm)];
  if (found.length === 0) return undefined;
  return problems(
    found.map(([, file, code, text]) => `${file} ${code} ${text}`),
    numberIn(output, /^Found (\d+) errors?/gm),
  );
}

/** The default form: a line with the file, then a line for each problem. */
function eslint(output: string): TestCounts | undefined {
  const summary = /^✖ \d+ problems? \((\d+) errors?, \d+ warnings?\)/m.exec(output);
  if (summary === null) return undefined;
  const failures: string[] = [];
  let file = "";
  for (const line of output.split("\n")) {
    const [, text = "", rule = ""] = /^\s+\d+:\d+\s+error\s+(.*?)\s{2,}(\S+)\s*$/.exec(line) ?? [];
    if (/^\S*[\\/]\S+$/.test(line)) file = line;
    else if (rule !== "") failures.push(`${file} ${rule} ${text}`);
  }
  return problems(failures, Number(summary[1]));
}

/** `Found 1 warning and 2 errors.`; above it each problem with its place. */
function oxlint(output: string): TestCounts | undefined {
  const summary = /^Found \d+ warnings? and (\d+) errors?\.?\s*$/m.exec(output);
  if (summary === null) return undefined;
  const found = [...output.matchAll(/^\s*× (.*?)\s*\n\s*╭─\[(.*?):\d+:\d+\]/gm)];
  return problems(
    found.map(([, text, file]) => `${file} ${text}`),
    Number(summary[1]),
  );
}

export const toolParsers: readonly ResultParser[] = [
  { name: "tsc", parse: tsc },
  { name: "eslint", parse: eslint },
  { name: "oxlint", parse: oxlint },
];
