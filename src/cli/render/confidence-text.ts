import type { Confidence } from "../../domain/decide/confidence.ts";

/** `0.91, uncalibrated`: nobody should take the number for a probability before it is one. */
export const confidenceText = ({ score, isCalibrated }: Pick<Confidence, "score" | "isCalibrated">): string =>
  `${score.toFixed(2)}, ${isCalibrated ? "calibrated by this project's outcomes" : "uncalibrated"}`;
