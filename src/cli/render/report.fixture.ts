import type { JobReport } from "../../domain/job-report.ts";
import type { GateResult } from "../../domain/model.ts";
import { used } from "./display/job-view.fixture.ts";

const gate = (some: Partial<GateResult>): GateResult => ({
  name: "test",
  command: "npm test",
  on: "attempt",
  isOk: true,
  exitCode: 0,
  durationMs: 2300,
  outputTail: "ok",
  ...some,
});

/** A job of which one task completed, one failed and one was blocked by it. */
export const report: JobReport = {
  jobId: "add-a-csv-3f2a",
  goal: "Add a CSV export",
  branch: "tutti/add-a-csv-3f2a",
  baseCommit: "b".repeat(40),
  tipCommit: "c".repeat(40),
  tasks: [
    {
      key: "csv-parser",
      title: "Parse CSV rows",
      status: "completed",
      reason: undefined,
      attempts: 1,
      mergedCommit: "d".repeat(40),
      diff: { files: 3, added: 120, deleted: 4 },
      gates: [gate({}), gate({ on: "merged" })],
      expectedOutputs: ["src/csv.ts"],
      claim: "Wrote the parser.\nAll tests pass.",
      usage: used(12_345, 0.0123),
      durationMs: 64_000,
    },
    {
      key: "csv-export",
      title: "Write the export command",
      status: "failed",
      reason: "gate test failed three times",
      attempts: 3,
      mergedCommit: undefined,
      diff: undefined,
      gates: [gate({ isOk: false, exitCode: 1, outputTail: "\u001B[31mexpected 1\u001B[39m\n\nreceived 2\n" })],
      expectedOutputs: ["src/export.ts"],
      claim: undefined,
      usage: used(8100, null),
      durationMs: 200_000,
    },
    {
      key: "docs",
      title: "Describe the format",
      status: "blocked",
      reason: "needs csv-export",
      attempts: 0,
      mergedCommit: undefined,
      diff: undefined,
      gates: [],
      expectedOutputs: [],
      claim: undefined,
      usage: {},
      durationMs: undefined,
    },
  ],
  usage: {
    "claude-opus-5-5": { inputTokens: 1000, outputTokens: 500, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: null },
    ...used(20_445, 0.0123),
  },
  total: {
    inputTokens: 21_445,
    outputTokens: 500,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costUsd: null,
    totalTokens: 21_945,
  },
  durationMs: 372_000,
  review: {
    verdict: "partly",
    summary: "The parser is there. # not a heading",
    findings: ["The export command is missing"],
    nextSteps: ["Fix the failing test"],
  },
  reviewProblem: undefined,
};
