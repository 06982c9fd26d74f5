import type { AnswerRule } from "../validate/answer-rules.ts";
import type { QualityFinding, QualityReport, StageVerdict } from "./quality-report.ts";
import { qualityRules, type QualityRule, type RuleFinding, type RuleSeverity } from "./rules/quality-rules.ts";

export type StageLimits = {
  /** In [0, 1]; a lower score is not good enough. */
  readonly threshold: number;
  /** Its share in the whole score, at least 0. */
  readonly weight: number;
};

/** How work is judged: stored with the job. */
export type QualitySettings = {
  /** By stage: `outputs`, `commands`, `diff`, `review`, or a plugin's name for its own. */
  readonly stages: Readonly<Record<string, StageLimits>>;
  /** Only those that differ from `qualityRules`. */
  readonly rules: Readonly<Partial<Record<QualityRule, RuleSeverity>>>;
  /** Checks of the answer that are left out. */
  readonly answer: Readonly<Partial<Record<AnswerRule, boolean>>>;
  /** Globs of files that no attempt may change. */
  readonly forbiddenPaths: readonly string[];
  readonly maxFiles: number;
  readonly maxLines: number;
  readonly maxFileKb: number;
  /** Whether the supervisor's model is asked for its opinion; `required`: where it gives none, a person is asked. */
  readonly review: boolean | "required";
  /** Whether a gate that fails is run once on the base commit, when its output can be read. */
  readonly compareWithBase: boolean;
  /** What a gate means whose failures were all there before: `refuse` red is red, `accept` only new failures count. */
  readonly redAtBase: "refuse" | "accept";
  /** What becomes of good work whose behaviour nothing judged; absent: `accept`. */
  readonly unproved?: "accept" | "ask";
  /** Whether gates are run once more without the change, so that what notices it is known; absent: `false`. */
  readonly proveOnBase?: boolean;
  /** Longest time for a stage of a plugin. */
  readonly pluginTimeoutMs: number;
};

/** Of a stage that nobody has said anything about: it counts, and only its blockers refuse. */
const usualLimits: StageLimits = { threshold: 0, weight: 1 };

const severityOf = (code: QualityRule, { rules }: Pick<QualitySettings, "rules">): RuleSeverity =>
  rules[code] ?? qualityRules[code].severity;

/** What the rules saw, by what the settings say that it means. */
export function withSeverity(
  findings: readonly RuleFinding[],
  settings: Pick<QualitySettings, "rules">,
): readonly QualityFinding[] {
  const meant = findings.flatMap((finding): readonly QualityFinding[] => {
    const severity = severityOf(finding.code, settings);
    return severity === "off" ? [] : [{ ...finding, severity }];
  });
  return meant.toSorted((a, b) => Number(b.severity === "blocker") - Number(a.severity === "blocker"));
}

type Judged = Pick<StageVerdict, "findings" | "doubts" | "requirements"> & { readonly score: number };

/** A stage has failed below its threshold, and with any blocker whatever its score. */
export function judgedStage(
  name: string,
  { score, findings, doubts = [], requirements }: Judged,
  limits: StageLimits = usualLimits,
): StageVerdict {
  const hasBlocker = findings.some(({ severity }) => severity === "blocker");
  const status = hasBlocker || score < limits.threshold ? "failed" : "passed";
  return {
    name,
    status,
    score,
    ...limits,
    findings,
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(requirements === undefined ? {} : { requirements }),
  };
}

export const unjudgedStage = (name: string, reason: string, limits: StageLimits = usualLimits): StageVerdict => ({
  name,
  status: "not-judged",
  ...limits,
  findings: [],
  reason,
});

/** The weighted mean counts what was judged; what was not is left out and stays visible. */
export function qualityReport(stages: readonly StageVerdict[]): QualityReport {
  const judged = stages.flatMap(({ score, weight }) =>
    score === undefined || weight === 0 ? [] : [{ score, weight }],
  );
  const weights = judged.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return { stages };
  return { stages, score: judged.reduce((sum, { score, weight }) => sum + score * weight, 0) / weights };
}

/** Why work can't be accepted, one sentence each; empty when it can. */
export function qualityShortfalls({ stages }: QualityReport): readonly string[] {
  return stages.filter(({ status }) => status === "failed").flatMap(shortfallsOf);
}

function shortfallsOf({ name, score = 0, threshold, findings }: StageVerdict): readonly string[] {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  if (blockers.length > 0) return blockers.map(({ message }) => message);
  const notes = findings.map(({ message }) => ` ${message}`).join("");
  return [`The stage "${name}" scored ${score.toFixed(2)}, and ${threshold.toFixed(2)} is the least.${notes}`];
}
