import type { ReviewedRequirement } from "./review/review-opinion.ts";
import type { WorkProof } from "./work-proof.ts";

/** What one stage of the quality control came to. */
export type StageVerdict = {
  /** `outputs`, `commands`, `diff`, `review`, or the name of a plugin's stage. */
  readonly name: string;
  /** `not-judged`: said so, and never counted as passed. */
  readonly status: "passed" | "failed" | "not-judged";
  /** In [0, 1]; absent when not judged. */
  readonly score?: number;
  /** Below it the stage has failed. */
  readonly threshold: number;
  /** Its share in the whole score, at least 0. */
  readonly weight: number;
  /** One sentence each, most important first; they can stand in the next prompt. */
  readonly findings: readonly QualityFinding[];
  /** Why it was not judged. */
  readonly reason?: string;
  /** What keeps it from being sure though it has passed, one sentence each: a person is asked. */
  readonly doubts?: readonly string[];
  /** What the task asks for, one by one; only a review tells. */
  readonly requirements?: readonly ReviewedRequirement[];
};

export type QualityFinding = {
  /** Stable, for rules and feedback: `tests-deleted`, `secret-added`. */
  readonly code: string;
  readonly message: string;
  /** Repository path, where there is one. */
  readonly path?: string;
  /** `blocker`: the work can't be accepted as it is. `note`: only the score knows it. */
  readonly severity: "blocker" | "note";
};

/** All stages in the order in which they were judged, with their weighted score. */
export type QualityReport = {
  readonly stages: readonly StageVerdict[];
  /** Weighted mean over the judged stages, in [0, 1]; absent when none was judged. */
  readonly score?: number;
  /** Of work that no gate refuses; absent in what older versions wrote. */
  readonly proof?: WorkProof;
};

/** Names of the stages that said nothing. */
export const notJudged = ({ stages }: QualityReport): readonly string[] =>
  stages.filter(({ status }) => status === "not-judged").map(({ name }) => name);
