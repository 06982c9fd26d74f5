import type { ChangedFile } from "../judged-work/changed-file.ts";
import type { QualityFinding } from "../quality-report.ts";
import type { ReviewedRequirement, ReviewOpinion } from "./review-opinion.ts";
import { hasWords, needsNoLine } from "./without-line.ts";

export type ReviewedMaterial = {
  /** The change and the files that were shown with it: all that a review may quote. */
  readonly shown: string;
  readonly changes: readonly ChangedFile[];
  /** Of the task: each has to be among the requirements. */
  readonly acceptanceCount: number;
  /** Characters of the change that the model did not see. */
  readonly hiddenCharacters: number;
};

export type JudgedOpinion = {
  /** In [0, 1]: the points of the rubric; what was asked and whether it is right count twice. */
  readonly score: number;
  /** A requirement that is not met is a blocker; everything else is a note. */
  readonly findings: readonly QualityFinding[];
  /** What keeps one from believing that the work is done, one sentence each: a person is asked. */
  readonly doubts: readonly string[];
};

/** What a model's opinion is worth: rules look at what it is founded on. */
export function judgeOpinion(opinion: ReviewOpinion, material: ReviewedMaterial): JudgedOpinion {
  const { requirements, findings } = opinion;
  return {
    score: scoreOf(opinion),
    findings: [...requirements.filter(({ status }) => status === "unmet").map(unmet), ...findings.map(noted)],
    doubts: [
      ...requirements.flatMap((requirement) => doubtsAbout(requirement, material)),
      ...doubtfulPoints(opinion),
      ...gaps(requirements, material),
    ],
  };
}

const shares: Readonly<Record<keyof ReviewOpinion["criteria"], number>> = {
  asked: 2,
  correct: 2,
  tested: 1,
  contained: 1,
  readable: 1,
};

const mostPoints = 4;

function scoreOf({ criteria }: ReviewOpinion): number {
  const { asked, correct, tested, contained, readable } = criteria;
  const sum = asked * shares.asked + correct * shares.correct + tested + contained + readable;
  return sum / (mostPoints * Object.values(shares).reduce((total, share) => total + share, 0));
}

const unmet = ({ asked, why }: ReviewedRequirement): QualityFinding => ({
  code: "requirement-unmet",
  message: `Not done as asked: ${clause(asked)}. ${sentence(why)}`,
  severity: "blocker",
});

const noted = ({ path, message }: ReviewOpinion["findings"][number]): QualityFinding => ({
  code: "review-finding",
  message,
  severity: "note",
  ...(path === "" ? {} : { path }),
});

function doubtsAbout(
  { asked, why, quote, status }: ReviewedRequirement,
  { shown, changes }: ReviewedMaterial,
): readonly string[] {
  if (status === "unclear") return [`The review can't tell: ${clause(asked)}. ${sentence(why)}`];
  if (status !== "met") return [];
  if (!hasWords(quote))
    return needsNoLine(asked, changes) ? [] : [`The review calls it met and shows no line for it: ${clause(asked)}.`];
  if (isIn(quote, shown)) return [];
  return [`The review calls it met and quotes what is not there: ${clause(asked)} ("${quote.trim()}").`];
}

/** Fewer points say that a half is missing, or that it is right only in the plain case. */
const enoughPoints = 3;

const doubtfulPoints = ({ criteria }: ReviewOpinion): readonly string[] => [
  ...(criteria.asked < enoughPoints ? [`The review gives ${criteria.asked} of ${mostPoints} for what was asked.`] : []),
  ...(criteria.correct < enoughPoints
    ? [`The review gives ${criteria.correct} of ${mostPoints} for whether it is right.`]
    : []),
];

function gaps(
  requirements: readonly ReviewedRequirement[],
  { acceptanceCount, hiddenCharacters }: ReviewedMaterial,
): readonly string[] {
  const missing = acceptanceCount - requirements.length;
  return [
    ...(missing > 0 ? [`The review says nothing about ${missing} of the ${acceptanceCount} acceptance criteria.`] : []),
    ...(hiddenCharacters > 0
      ? [`The review did not see ${hiddenCharacters} characters of the change; supervisor.contextTokens has no room.`]
      : []),
  ];
}

/** A quote may leave out the middle, and stands in a change behind its marks. */
function isIn(quote: string, shown: string): boolean {
  const text = plain(shown);
  return quote
    .split(/\.{3}|…|\n/u)
    .map(plain)
    .every((piece) => text.includes(piece));
}

const plain = (text: string): string =>
  text
    .replaceAll(/^[+-]/gm, "")
    .replaceAll(/[\s`"'\\]+/gu, " ")
    .trim();

const clause = (text: string): string => text.trim().replace(/[.!?]+$/u, "");

const sentence = (text: string): string => {
  const words = text.trim();
  return words === "" || /[.!?]$/u.test(words) ? words : `${words}.`;
};
