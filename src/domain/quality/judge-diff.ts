import { answersHardCoded, testsRead } from "./rules/answers-hard-coded.ts";
import { brokenFiles } from "./rules/broken-files.ts";
import { constructsMissing } from "./rules/claimed-constructs.ts";
import { codeElided, notImplemented } from "./rules/code-elided.ts";
import { conflictMarkers } from "./rules/conflict-markers.ts";
import { cutDocuments } from "./rules/cut-documents.ts";
import { debugLeft } from "./rules/debug-left.ts";
import { errorsSwallowed } from "./rules/errors-swallowed.ts";
import { failuresHidden } from "./rules/failures-hidden.ts";
import { gatesNeutered } from "./rules/gates-neutered.ts";
import { knownMistakes } from "./rules/known-mistakes.ts";
import { limitsLowered } from "./rules/limits-lowered.ts";
import { namedFilesUntouched } from "./rules/named-files.ts";
import { linksOutside, offLimits } from "./rules/off-limits.ts";
import { neverUsed } from "./rules/never-used.ts";
import { onlyRenamed } from "./rules/only-renamed.ts";
import type { RuleFinding } from "./rules/quality-rules.ts";
import { secretsAdded, type SecretFinder } from "./rules/secrets-added.ts";
import { sizes } from "./rules/sizes.ts";
import { testRunRecognized } from "./rules/test-run-recognized.ts";
import { testsDeleted } from "./rules/tests-deleted.ts";
import { testsHollow } from "./rules/tests-hollow.ts";
import { testsWeakened } from "./rules/tests-weakened.ts";
import { withoutSubstance } from "./rules/without-substance.ts";
import type { StageVerdict } from "./quality-report.ts";
import { judgedStage, unjudgedStage, withSeverity, type QualitySettings } from "./quality-settings.ts";
import type { JudgedWork } from "./judged-work/changed-file.ts";

export type DiffRequest = {
  readonly work: JudgedWork;
  readonly settings: QualitySettings;
  readonly finder: SecretFinder;
  /** Changed paths that `forbiddenPaths` covers. */
  readonly forbidden: readonly string[];
};

/** Looks at the change itself, without a model and without running anything. A note costs a tenth of the score. */
export function judgeDiff({ work, settings, finder, forbidden }: DiffRequest): StageVerdict {
  const limits = settings.stages["diff"];
  if (work.changes.length === 0) return unjudgedStage("diff", "Nothing was changed.", limits);
  const seen: readonly RuleFinding[] = [
    ...forbidden.map(forbiddenPath),
    ...secretsAdded(work, finder),
    ...conflictMarkers(work),
    ...codeElided(work),
    ...notImplemented(work),
    ...brokenFiles(work),
    ...cutDocuments(work),
    ...offLimits(work),
    ...linksOutside(work),
    ...withoutSubstance(work),
    ...onlyRenamed(work),
    ...constructsMissing(work),
    ...neverUsed(work),
    ...knownMistakes(work),
    ...testsDeleted(work),
    ...testsWeakened(work),
    ...testsHollow(work),
    ...gatesNeutered(work),
    ...limitsLowered(work),
    ...namedFilesUntouched(work),
    ...errorsSwallowed(work),
    ...failuresHidden(work),
    ...testRunRecognized(work),
    ...answersHardCoded(work),
    ...testsRead(work),
    ...debugLeft(work),
    ...sizes(work, settings),
  ];
  const findings = withSeverity(seen, settings).slice(0, maxFindings);
  const notes = findings.filter(({ severity }) => severity === "note").length;
  const hasBlocker = findings.some(({ severity }) => severity === "blocker");
  return judgedStage("diff", { score: hasBlocker ? 0 : Math.max(0, 1 - notes / 10), findings }, limits);
}

/** More says no more. */
const maxFindings = 30;

const forbiddenPath = (path: string): RuleFinding => ({
  code: "path-forbidden",
  path,
  message: `${path} must not be changed by agents. Put it back.`,
});
