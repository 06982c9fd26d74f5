/** What an evaluation comes to. */
export type Score = {
  /** From 0 to 1. */
  readonly score: number;
  /** What to do better. */
  readonly feedback?: string;
};

export type Iteration = Score & {
  /** From 1. */
  readonly iteration: number;
  /** With `restore`: of the job's tip, when this was made. */
  readonly commit?: string;
};

export type Plateau = {
  /** So many iterations in a row without gain end it. */
  readonly iterations: number;
  /** The best score must grow by so much to count as a gain. */
  readonly minGain: number;
};

export type Limits = {
  readonly threshold: number;
  readonly maxIterations: number;
  readonly plateau: Plateau | false;
};

export type RefineStatus = "reached" | "plateau" | "max-iterations";

/** The first of the best. */
export const bestOf = <I extends Score>(iterations: readonly I[]): I | undefined =>
  iterations.reduce<I | undefined>(
    (best, each) => (best === undefined || each.score > best.score ? each : best),
    undefined,
  );

/** Whether it is over, and why. */
export function endOf(iterations: readonly Iteration[], limits: Limits): RefineStatus | undefined {
  const best = bestOf(iterations)?.score ?? 0;
  if (iterations.length > 0 && best >= limits.threshold) return "reached";
  if (limits.plateau !== false && isPlateau(iterations, limits.plateau)) return "plateau";
  return iterations.length >= limits.maxIterations ? "max-iterations" : undefined;
}

/** Sums of scores such as 0.1 + 0.2 are not exact. */
const tolerance = 1e-9;

function isPlateau(all: readonly Iteration[], { iterations, minGain }: Plateau): boolean {
  const before = bestOf(all.slice(0, Math.max(0, all.length - iterations)));
  if (before === undefined) return false;
  const gain = (bestOf(all)?.score ?? 0) - before.score;
  return gain <= tolerance || gain < minGain - tolerance;
}
