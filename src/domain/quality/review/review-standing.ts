import type { QualityReport, StageVerdict } from "../quality-report.ts";
import type { WorkProof } from "../work-proof.ts";

/**
 * What a review came to. `passed`: every requirement is met, without a doubt. `doubted`: nothing refuses the work, and the review
 * isn't sure. `none`: there was no review.
 */
export type ReviewStanding = "passed" | "doubted" | "failed" | "none";

const reviewOf = ({ stages }: QualityReport): StageVerdict | undefined => stages.find(({ name }) => name === "review");

export function reviewStanding(report: QualityReport): ReviewStanding {
  const review = reviewOf(report);
  if (review?.status === "failed") return "failed";
  if (review !== undefined && doubtsOf({ stages: [review] }).length > 0) return "doubted";
  return review?.status === "passed" ? "passed" : "none";
}

/** What keeps the stages from being sure, one sentence each. */
export const doubtsOf = ({ stages }: QualityReport): readonly string[] => stages.flatMap(({ doubts = [] }) => doubts);

/** A review that passed stands behind the work, too, and alone where nothing else does. */
export function withReview(proof: WorkProof, report: QualityReport): WorkProof {
  if (reviewStanding(report) !== "passed") return proof;
  const count = reviewOf(report)?.requirements?.length ?? 0;
  const says = `a model found ${count === 1 ? "what was asked" : `all ${count} requirements`} met`;
  return proof.level === "unproved"
    ? { level: "reviewed", says: `${says}; ${proof.says}` }
    : { ...proof, says: `${proof.says}; ${says}` };
}
