import type { QualityReport } from "../quality/quality-report.ts";
import { qualityShortfalls } from "../quality/quality-settings.ts";
import type { Shortfall } from "./attempt-evidence.ts";

/**
 * What the quality control holds against the work: blockers, and stages below their threshold. What was not judged holds nothing
 * against it.
 * @param harmful - codes of blockers that make the work worse than none
 */
export function qualityShortfall(
  quality: QualityReport | undefined,
  harmful: readonly string[],
): Shortfall | undefined {
  const reasons = quality === undefined ? [] : qualityShortfalls(quality);
  if (quality === undefined || reasons.length === 0) return undefined;
  const blockers = quality.stages.flatMap(({ findings }) => findings).filter(({ severity }) => severity === "blocker");
  const isHarm = blockers.some(({ code }) => harmful.includes(code));
  const failed = quality.stages.filter(({ status }) => status === "failed");
  // A model may be wrong again and again about work that is right.
  const needsPerson = failed.every(({ name }) => name === "review") ? "in-the-end" : "no";
  return { failureClass: "recoverable", reasons, needsPerson, isHarm };
}
