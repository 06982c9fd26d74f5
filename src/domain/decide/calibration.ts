/** What was thought of accepted work, and whether it held. */
export type ScoredOutcome = {
  /** The combined terms, in [0, 1]. */
  readonly score: number;
  readonly held: boolean;
};

/** From a combined score to the share of such work that held: 1 / (1 + exp(-(slope · score + offset))). */
export type Calibration = { readonly slope: number; readonly offset: number; readonly outcomes: number };

/** With fewer of one kind a fit would tell more than is known. */
const leastOfEachKind = 3;

/**
 * Platt's sigmoid over a project's outcomes, or `undefined` while there are too few. A sigmoid and no isotonic regression: that one
 * needs about a thousand outcomes before it is better (Niculescu-Mizil and Caruana, "Predicting Good Probabilities with Supervised
 * Learning", 2005). Targets are smoothed as in Platt, "Probabilistic Outputs for Support Vector Machines", 1999; the fit is Newton's
 * method with halved steps as in Lin, Lin and Weng, "A Note on Platt's Probabilistic Outputs", 2007. A slope below 0 would say that
 * doubtful work holds better, which is noise: then the share that held is all that is known.
 * @param least - outcomes that there must be
 */
export function fitCalibration(outcomes: readonly ScoredOutcome[], least: number): Calibration | undefined {
  const held = outcomes.filter((one) => one.held).length;
  const lost = outcomes.length - held;
  if (outcomes.length < least || held < leastOfEachKind || lost < leastOfEachKind) return undefined;
  const [up, down] = [(held + 1) / (held + 2), 1 / (lost + 2)];
  const points = outcomes.map((one) => ({ score: one.score, target: one.held ? up : down }));
  const fit = newton(points, { slope: 0, offset: Math.log((held + 1) / (lost + 1)) });
  if (fit.slope >= 0) return { ...fit, outcomes: outcomes.length };
  const share = points.reduce((sum, { target }) => sum + target, 0) / points.length;
  return { slope: 0, offset: Math.log(share / (1 - share)), outcomes: outcomes.length };
}

export const calibrated = ({ slope, offset }: Line, score: number): number => sigmoid(slope * score + offset);

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

type Line = { readonly slope: number; readonly offset: number };
type Point = { readonly score: number; readonly target: number };

const maxSteps = 100;
/** Keeps the second derivative invertible when all scores are the same. */
const ridge = 1e-9;

function newton(points: readonly Point[], start: Line): Line {
  let line = start;
  for (let step = 0; step < maxSteps; step += 1) {
    const next = stepFrom(points, line);
    const isThere = Math.abs(next.slope - line.slope) + Math.abs(next.offset - line.offset) < 1e-7;
    line = next;
    if (isThere) break;
  }
  return line;
}

function stepFrom(points: readonly Point[], line: Line): Line {
  let [gradSlope, gradOffset, ss, so, oo] = [0, 0, ridge, 0, ridge];
  for (const { score, target } of points) {
    const value = calibrated(line, score);
    const [error, curve] = [value - target, value * (1 - value)];
    gradSlope += error * score;
    gradOffset += error;
    ss += curve * score * score;
    so += curve * score;
    oo += curve;
  }
  const determinant = ss * oo - so * so;
  const bySlope = (oo * gradSlope - so * gradOffset) / determinant;
  const byOffset = (ss * gradOffset - so * gradSlope) / determinant;
  const at = (size: number): Line => ({ slope: line.slope - size * bySlope, offset: line.offset - size * byOffset });
  const before = loss(points, line);
  for (let size = 1; size > 1e-6; size /= 2) if (loss(points, at(size)) <= before) return at(size);
  return line;
}

/** Cross-entropy, written so that no exponential overflows. */
const loss = (points: readonly Point[], { slope, offset }: Line): number =>
  points.reduce((sum, { score, target }) => {
    const value = slope * score + offset;
    return sum + Math.max(value, 0) - value * target + Math.log1p(Math.exp(-Math.abs(value)));
  }, 0);
