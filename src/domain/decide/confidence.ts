/** One reason to trust or to doubt, with what it did to the sum. */
export type ConfidenceTerm = {
  /** Stable: `prior`, `gates`, `proof`, `validator`, `review`, `quality`, `attempts`, `diff-risk`, `history`. */
  readonly name: string;
  /** In [0, 1]; absent when it says nothing. */
  readonly value?: number;
  /** Its share, at least 0; a term that says nothing has none. */
  readonly weight: number;
  /** One clause for a person: `3 of 3 gates passed`. */
  readonly says: string;
};

/** How sure it is that accepted work is right. */
export type Confidence = {
  /** In [0, 1]. */
  readonly score: number;
  /** Whether enough outcomes of this project stand behind it. */
  readonly isCalibrated: boolean;
  readonly terms: readonly ConfidenceTerm[];
};
