import type { DiffStat } from "../evidence.ts";
import type { QualityReport, StageVerdict } from "../quality/quality-report.ts";
import type { ConfidenceTerm } from "./confidence.ts";

/** Accepted work of the same model in this project, and how much of it held. */
export type TrackRecord = { readonly held: number; readonly total: number };

export type ConfidenceFacts = {
  readonly gates: readonly { readonly isOk: boolean }[];
  readonly isValid: boolean;
  readonly quality?: QualityReport | undefined;
  /** Failed tries at the task before this one that say something about the work. */
  readonly earlierTries: number;
  readonly diff: DiffStat;
  /** Changed files that the project calls sensitive. */
  readonly sensitiveFiles: number;
  readonly history?: TrackRecord | undefined;
};

/**
 * Why one may trust accepted work, term by term. A term that says nothing has no weight: no gates, no review, no history; the prior,
 * which says that nobody knows, weighs the more then. Each value is in [0, 1] and grows with what speaks for the work; the weights
 * are a choice, and calibration makes up for a wrong one.
 */
export const confidenceTerms = (facts: ConfidenceFacts): readonly ConfidenceTerm[] => [
  prior,
  gatesTerm(facts),
  proofTerm(facts),
  validatorTerm(facts),
  reviewTerm(facts),
  qualityTerm(facts),
  attemptsTerm(facts),
  diffTerm(facts),
  historyTerm(facts),
];

/** The weighted mean of the terms, in [0, 1]; 0.5 when none says anything. */
export function combineTerms(terms: readonly ConfidenceTerm[]): number {
  const telling = terms.flatMap(({ value, weight }) => (value === undefined ? [] : [{ value: clamp(value), weight }]));
  const total = telling.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return 0.5;
  return clamp(telling.reduce((sum, { value, weight }) => sum + value * weight, 0) / total);
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

const silent = (name: string, says: string): ConfidenceTerm => ({ name, weight: 0, says });

/** As heavy as the gates: what little evidence says is drawn towards the middle. */
const prior: ConfidenceTerm = { name: "prior", value: 0.5, weight: 3, says: "as likely right as wrong, by itself" };

function gatesTerm({ gates, quality }: ConfidenceFacts): ConfidenceTerm {
  if (gates.length === 0) return silent("gates", "no gate judged it");
  const passed = gates.filter(({ isOk }) => isOk).length;
  const says = `${passed} of ${gates.length} gates passed`;
  const isTelling = quality?.proof?.level !== "unproved";
  return { name: "gates", value: passed / gates.length, weight: isTelling ? 3 : 1, says };
}

/** Gates that pass are counted already; what they prove comes on top. */
function proofTerm({ quality }: ConfidenceFacts): ConfidenceTerm {
  const { level, says = "" } = quality?.proof ?? {};
  if (level !== "proved") return silent("proof", level === undefined ? "not looked at" : `${level}: ${says}`);
  return { name: "proof", value: 1, weight: 2, says: `proved: ${says}` };
}

const validatorTerm = ({ isValid }: ConfidenceFacts): ConfidenceTerm => ({
  name: "validator",
  value: isValid ? 1 : 0,
  weight: 1,
  says: isValid ? "it is complete" : "it is not complete",
});

function reviewTerm({ quality }: ConfidenceFacts): ConfidenceTerm {
  const score = quality?.stages.find(({ name }) => name === "review")?.score;
  if (score === undefined) return silent("review", "no model has reviewed it");
  return { name: "review", value: score, weight: 2, says: `a model's review gave it ${percent(score)}` };
}

/** The gates and the review have terms of their own. */
const isOwnTerm = ({ name }: StageVerdict): boolean => name === "commands" || name === "review";

function qualityTerm({ quality }: ConfidenceFacts): ConfidenceTerm {
  const judged = (quality?.stages ?? []).filter((stage) => !isOwnTerm(stage) && stage.score !== undefined);
  const weight = judged.reduce((sum, stage) => sum + stage.weight, 0);
  if (weight === 0) return silent("quality", "no other stage judged it");
  const value = judged.reduce((sum, stage) => sum + (stage.score ?? 0) * stage.weight, 0) / weight;
  const names = judged.map(({ name }) => name).join(", ");
  return { name: "quality", value, weight: 1.5, says: `${names} gave it ${percent(value)}` };
}

/** Work that needed telling before is less sure to be right now. */
function attemptsTerm({ earlierTries }: ConfidenceFacts): ConfidenceTerm {
  const says =
    earlierTries === 0 ? "the first try" : `${earlierTries} earlier ${plural("try", "tries", earlierTries)} failed`;
  return { name: "attempts", value: 1 / (1 + earlierTries), weight: 1, says };
}

/** Where a change of this size is half as sure as an empty one. */
const halfLines = 400;
const halfFiles = 20;

function diffTerm({ diff, sensitiveFiles }: ConfidenceFacts): ConfidenceTerm {
  const lines = diff.added + diff.deleted;
  const size = halfLines / (halfLines + lines);
  const spread = halfFiles / (halfFiles + diff.files);
  const care = 1 / (1 + sensitiveFiles);
  const sensitive = sensitiveFiles === 0 ? "" : `, ${sensitiveFiles} of them sensitive`;
  const says = `${lines} changed lines in ${diff.files} ${plural("file", "files", diff.files)}${sensitive}`;
  return { name: "diff-risk", value: size * spread * care, weight: 1, says };
}

/** Ten outcomes weigh half of what very many do. */
const halfHistory = 10;

/** Laplace's rule of succession, so that one lucky task is no certainty. */
function historyTerm({ history }: ConfidenceFacts): ConfidenceTerm {
  if (history === undefined || history.total === 0) return silent("history", "no outcome of this model is known yet");
  const { held, total } = history;
  const weight = (2 * total) / (total + halfHistory);
  const says = `${held} of ${total} accepted tasks of this model held`;
  return { name: "history", value: (held + 1) / (total + 2), weight, says };
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);
