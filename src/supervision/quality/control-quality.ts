import { claimsOf } from "../../domain/validate/claims.ts";
import { judgeCommands } from "../../domain/quality/judge-commands.ts";
import { judgeDiff } from "../../domain/quality/judge-diff.ts";
import { judgeOutputs } from "../../domain/quality/judge-outputs.ts";
import type { QualityReport, StageVerdict } from "../../domain/quality/quality-report.ts";
import { qualityReport, type QualitySettings } from "../../domain/quality/quality-settings.ts";
import type { SecretFinder } from "../../domain/quality/rules/secrets-added.ts";
import type { JudgedWork } from "../../domain/quality/judged-work/changed-file.ts";
import type { GateResult } from "../../domain/evidence.ts";
import { judgeByPlugins, type PluginRequest } from "./judge-by-plugins.ts";
import { judgeByReview, type ReviewRequest } from "./review/judge-by-review.ts";

export type QualityRequest = {
  readonly work: JudgedWork;
  readonly settings: QualitySettings;
  readonly gates: readonly GateResult[];
  readonly finder: SecretFinder;
  /** Changed paths that `forbiddenPaths` covers. */
  readonly forbidden: readonly string[];
  readonly review: Pick<ReviewRequest, "supervisor" | "about" | "change" | "files">;
  readonly plugins: Pick<PluginRequest, "plugins" | "place">;
  readonly signal: AbortSignal;
};

/**
 * Judges an attempt stage by stage: its outputs, the project's commands, the change, a model's opinion where one is wanted,
 * and what plugins add. A stage that can't judge says so and why; it never counts as passed.
 * @throws the signal's reason when aborted, because an interrupted stage is no verdict
 */
export async function controlQuality(request: QualityRequest): Promise<QualityReport> {
  const { work, settings, gates, finder, forbidden, signal } = request;
  const { testsPass: claimsToPass } = claimsOf(work.agentText);
  const ruled: readonly StageVerdict[] = [
    judgeOutputs(work, settings),
    judgeCommands({ gates, gateCount: work.gateCommands.length, claimsToPass }, settings),
    judgeDiff({ work, settings, finder, forbidden }),
  ];
  const review = await judgeByReview({ ...request.review, work, gates, settings, ruled, signal });
  const own = await judgeByPlugins({ ...request.plugins, work, settings, redact: finder.redact, signal });
  signal.throwIfAborted();
  return qualityReport([...ruled, review, ...own]);
}
