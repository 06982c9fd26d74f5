import { parseQuietHours } from "../domain/quota/quiet-hours.ts";
import type { ResumeRules } from "../domain/quota/resume-time.ts";
import type { Config } from "./config.ts";

/**
 * When a job goes on by itself after its quota had ended.
 * @param isAsked - by a flag, whatever the settings say
 * @returns `undefined` when it doesn't
 */
export function resumeRules({ execution }: Config, isAsked: boolean): ResumeRules | undefined {
  const { resumeAtReset, maxQuotaWaitMs: maxWaitMs } = execution;
  if (!isAsked && !resumeAtReset) return undefined;
  const quietHours = parseQuietHours(execution.quietHours ?? "");
  return { maxWaitMs, ...(quietHours === undefined ? {} : { quietHours }) };
}
