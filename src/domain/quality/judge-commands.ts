import { isPassed, type GateResult } from "../evidence.ts";
import type { StageVerdict } from "./quality-report.ts";
import { judgedStage, unjudgedStage, withSeverity, type QualitySettings } from "./quality-settings.ts";
import type { RuleFinding } from "./rules/quality-rules.ts";

export type CommandFacts = {
  /** Those that ran, in their order; what follows a failure did not run. */
  readonly gates: readonly GateResult[];
  /** How many there are for an attempt. */
  readonly gateCount: number;
  /** The agent says that the tests pass. */
  readonly claimsToPass: boolean;
};

/** What the project's own commands say, with what is known of the base. */
export function judgeCommands(
  { gates, gateCount, claimsToPass }: CommandFacts,
  settings: QualitySettings,
): StageVerdict {
  const limits = settings.stages["commands"];
  if (gateCount === 0) return unjudgedStage("commands", "No gate judges this task's attempts.", limits);
  const failed = gates.filter((gate) => !gate.isOk);
  const seen = [
    ...failed.map(failureOf),
    ...(claimsToPass && failed.some((gate) => !isPassed(gate)) ? [contradicted] : []),
  ];
  const score = gates.filter(isPassed).length / gateCount;
  return judgedStage("commands", { score, findings: withSeverity(seen, settings) }, limits);
}

const failureOf = (gate: GateResult): RuleFinding => ({
  code: isPassed(gate) ? "red-at-base" : "gate-failed",
  message: `The gate ${gate.name} failed. ${failuresText(gate) ?? ""}`.trim(),
});

const contradicted: RuleFinding = {
  code: "claim-contradicted",
  message: "It says that the tests pass, and they don't.",
};

const maxNamed = 5;

/** What is known of a gate's failures and of those that were there before; `undefined`: nothing but its exit code. */
export function failuresText({ counts, base }: GateResult): string | undefined {
  if (counts === undefined) return base?.isOk === false ? "It fails without the change, too." : undefined;
  const all = `${plural(counts.failed, "failure")} (${counts.runner})`;
  if (base === undefined) return `${all}${listed(counts.failures)}.`;
  if (base.isOk)
    return `${plural(counts.failed, "new failure")} (${counts.runner})${listed(counts.failures)}; without the change it passes.`;
  const { comparison } = base;
  if (comparison === undefined) return `${all}${listed(counts.failures)}; it fails without the change, too.`;
  const { fresh, freshCount, knownCount } = comparison;
  const before = `${knownCount} of its failures were there before and ${knownCount === 1 ? "is" : "are"} not this attempt's.`;
  if (freshCount === 0) return `No new failure: ${before}`;
  return `${plural(freshCount, "new failure")} (${counts.runner})${listed(fresh)}.${knownCount === 0 ? "" : ` ${before}`}`;
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length - maxNamed;
  return `: ${names.slice(0, maxNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
