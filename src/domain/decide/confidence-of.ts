import { calibrated, type Calibration } from "./calibration.ts";
import type { Confidence } from "./confidence.ts";
import { combineTerms, confidenceTerms, type ConfidenceFacts } from "./score-confidence.ts";

/** How sure it is that work is right: the combined terms, put right by this project's outcomes where there are enough. */
export function confidenceOf(facts: ConfidenceFacts, calibration: Calibration | undefined): Confidence {
  const terms = confidenceTerms(facts);
  const combined = combineTerms(terms);
  return calibration === undefined
    ? { score: combined, isCalibrated: false, terms }
    : { score: calibrated(calibration, combined), isCalibrated: true, terms };
}
