/** What may be done about an attempt besides accepting, retrying and asking, and how sure one has to be. */
export type DecisionSettings = {
  /** In [0, 1]; an accept below it asks a person instead. Absent: none. */
  readonly minConfidence?: number;
  /** The supervisor may answer an agent's question so many times for a task. 0: never. */
  readonly maxClarifications: number;
  /** A task that is evidently too big is split into parts by the manager. */
  readonly split: boolean;
  /** So many turns that ended at a limit of time or size make a task too big. */
  readonly splitAfter: number;
  /** The manager is asked once for other tasks when one fails for good that others need. */
  readonly replan: boolean;
  /** Codes of blockers after which the work is taken back instead of gone on with. */
  readonly rollbackOn: readonly string[];
  /** Globs of files that make a change riskier. */
  readonly sensitivePaths: readonly string[];
  /** Outcomes before a confidence counts as calibrated. */
  readonly calibrateAfter: number;
  /** Tasks begin on the rung of the ladder that this project's outcomes warrant. */
  readonly route: boolean;
  /** Outcomes of a model before routing believes them. */
  readonly routeAfter: number;
  /** A rung is started on when at least this share of its work was accepted and held. In [0, 1]. */
  readonly routeMinRate: number;
};

export const defaultDecisions: DecisionSettings = {
  maxClarifications: 2,
  split: false,
  splitAfter: 2,
  replan: false,
  rollbackOn: ["tests-deleted", "secret-added"],
  sensitivePaths: [
    ".github/**",
    ".gitlab-ci.yml",
    "**/Dockerfile*",
    "**/migrations/**",
    "**/*.sql",
    "**/auth/**",
    "**/security/**",
    "**/.env*",
  ],
  calibrateAfter: 30,
  route: false,
  routeAfter: 20,
  routeMinRate: 0.7,
};
