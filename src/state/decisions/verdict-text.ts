import type { DiffStat, GateResult } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { QualityReport } from "../../domain/quality/quality-report.ts";

type Found = {
  readonly problems: readonly string[];
  readonly gates: readonly GateResult[];
  readonly quality?: QualityReport;
  readonly diff: DiffStat;
};

/** What was found of an attempt's work, for the history. */
export function verdictText({ problems, gates, quality, diff }: Found): { text: string; data: JsonObject } {
  const lines = [
    problems.length === 0 ? "It is complete." : problems.join(" "),
    ...gates.map(({ name, isOk, exitCode }) => `Gate ${name}: ${isOk ? "passed" : `exit code ${exitCode ?? "none"}`}.`),
    ...(quality?.stages ?? []).map(({ name, status, score, reason }) => {
      const told = score === undefined ? "" : ` with ${score.toFixed(2)}`;
      const why = reason === undefined ? "" : `: ${reason.replace(/\.$/, "")}`;
      return `Stage ${name}: ${status.replace("-", " ")}${told}${why}.`;
    }),
  ];
  const score = quality?.score === undefined ? {} : { score: quality.score };
  return { text: lines.join(" "), data: { isComplete: problems.length === 0, ...diff, ...score } };
}
