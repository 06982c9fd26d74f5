import type { JudgedOpinion } from "./judge-opinion.ts";
import { mostRequirements, type ReviewedRequirement } from "./review-opinion.ts";

/** What one question of a review is about. */
export type ReviewPart = {
  /** Acceptance criteria that its answer has to list. */
  readonly criteria: readonly string[];
  /** Those that other questions are about. */
  readonly others: readonly string[];
};

/** Where there are several questions: room is left for what the task asks besides, and for the entry that closes the list. */
const mostInPart = 24;

/** One question, as long as its answer has room for every criterion; else several of about the same size. */
export function reviewParts(acceptance: readonly string[]): readonly ReviewPart[] {
  if (acceptance.length <= mostRequirements) return [{ criteria: acceptance, others: [] }];
  const count = Math.ceil(acceptance.length / mostInPart);
  const bounds = Array.from({ length: count + 1 }, (_, at) => Math.round((at * acceptance.length) / count));
  return bounds.slice(1).map((end, at) => {
    const begin = bounds[at] ?? 0;
    return {
      criteria: acceptance.slice(begin, end),
      others: [...acceptance.slice(0, begin), ...acceptance.slice(end)],
    };
  });
}

export type JudgedPart = JudgedOpinion & { readonly requirements: readonly ReviewedRequirement[] };

/** All of them together: as good as the worst, with every finding and every doubt once. */
export const unitedParts = (parts: readonly JudgedPart[]): JudgedPart => ({
  score: Math.min(...parts.map(({ score }) => score)),
  findings: distinct(parts.flatMap(({ findings }) => findings)),
  doubts: distinct(parts.flatMap(({ doubts }) => doubts)),
  requirements: parts.flatMap(({ requirements }) => requirements),
});

const distinct = <T>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];
