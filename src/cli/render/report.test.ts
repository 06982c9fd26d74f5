import { describe, expect, it } from "vitest";
import { reportMarkdown } from "./report-markdown.ts";
import { reportText } from "./report-text.ts";
import { report } from "./report.fixture.ts";

describe("the report for a terminal", () => {
  it("says what was built, with the proof, what failed and why, what it cost and what to do next", () => {
    expect(reportText(report, { columns: 90 })).toBe(
      `
Job add-a-csv-3f2a: 1 of 3 tasks completed in 6m 12s
Goal: Add a CSV export

Review (a model's opinion): the goal is partly reached
  The parser is there. # not a heading
  Findings:
  - The export command is missing
  Suggested next steps:
  - Fix the failing test

Tasks
✓ csv-parser  Parse CSV rows
    completed · 1 attempt · 1m 04s · 3 files +120 -4 · merged as dddddddddddd
    gate test passed (2s)
    gate test passed (2s, merged tree)
    made: src/csv.ts
    the agent says: Wrote the parser.
✗ csv-export  Write the export command
    failed · 3 attempts · 3m 20s
    why: gate test failed three times
    gate test failed (exit 1) (2s)
      $ npm test
      | expected 1
      | received 2
⊘ docs  Describe the format
    blocked
    why: needs csv-export

Usage
model              input  output  cache read  cache write      cost
claude-opus-5-5     1.0k     500           0            0  unpriced
claude-sonnet-5-5  20.4k       0           0            0   $0.0123
total              21.4k     500           0            0  unpriced

The result is on branch tutti/add-a-csv-3f2a (cccccccccccc). Your own branch has not changed.
  look at the changes             git diff bbbbbbbbbbbb..tutti/add-a-csv-3f2a
  merge them into your branch     tutti merge add-a-csv-3f2a
  try what isn't completed again  tutti retry add-a-csv-3f2a
`.trimStart(),
    );
  });

  it("does not say that the result is on a branch that was left alone", () => {
    const elsewhere = { ...report, isBranchElsewhere: true };
    const text = reportText(elsewhere, { columns: 90 });
    expect(text).toContain("The result is commit cccccccccccc. Branch tutti/add-a-csv-3f2a stands elsewhere");
    expect(text).toContain("git diff bbbbbbbbbbbb..cccccccccccc\n");
    expect(reportMarkdown(elsewhere)).toContain(
      "The result is commit `cccccccccccc`, while branch `tutti/add-a-csv-3f2a`",
    );
  });

  it("says why there is no review", () => {
    const text = reportText({ ...report, review: undefined, reviewProblem: "no task completed" }, { columns: 80 });
    expect(text).toContain("\nNot reviewed: no task completed\n");
  });

  it("offers nothing to merge when nothing was completed", () => {
    const failed = { ...report, tasks: report.tasks.filter(({ status }) => status !== "completed") };
    expect(reportText(failed, { columns: 80 })).not.toContain("tutti merge");
  });
});

describe("the report as Markdown", () => {
  it("holds the same, and nothing of what others wrote becomes markup", () => {
    const text = reportMarkdown(report);
    expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual([
      "# Job add-a-csv-3f2a",
      "## Review",
      "### Findings",
      "### Suggested next steps",
      "## Tasks",
      "### csv-parser: Parse CSV rows",
      "### csv-export: Write the export command",
      "### docs: Describe the format",
      "## Usage",
      "## Next",
    ]);
    expect(text).toContain(String.raw`> The parser is there. \# not a heading`);
    expect(text).toContain("- why: gate test failed three times\n");
    expect(text).toContain("```\n$ npm test\nexpected 1\nreceived 2\n```");
    expect(text).toContain("| claude-opus-5-5 | 1.0k | 500 | 0 | 0 | unpriced |");
  });

  it("fences output that holds a fence itself", () => {
    const [, failed] = report.tasks;
    if (failed === undefined) throw new Error("the fixture has a failed task");
    const gates = failed.gates.map((gate) => ({ ...gate, outputTail: "```\n# no" }));
    const text = reportMarkdown({ ...report, tasks: [{ ...failed, gates }] });
    expect(text).toContain("````\n$ npm test\n```\n# no\n````");
  });
});
