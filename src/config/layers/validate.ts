import { contradiction } from "../../domain/budget/own-prices.ts";
import { TuttiError } from "../../domain/errors.ts";
import { completeConfig, type Config } from "../config.ts";
import { issueProblems } from "../problems/issue-problems.ts";
import { problemError } from "../problems/problem.ts";
import { formatProvenance } from "../problems/where.ts";
import { configSchema } from "../schema/config-schema.ts";
import type { Layer } from "./layer.ts";
import type { Merged } from "./merge.ts";

/** @throws {TuttiError} `CONFIG_INVALID` or `MODEL_UNKNOWN`: the first problem by line, with the number of others */
export function validateLayer(layer: Layer, projectDir: string): void {
  const result = configSchema.safeParse(layer.values);
  if (result.success) return;
  const problems = result.error.issues.flatMap((issue) => issueProblems(issue, layer, projectDir));
  const lineOf = (line: unknown) => (typeof line === "number" ? line : 0);
  const [first, ...others] = problems.toSorted((a, b) => lineOf(a.context?.["line"]) - lineOf(b.context?.["line"]));
  if (first !== undefined) throw problemError(first, others);
  throw new TuttiError("INTERNAL", "the settings were refused without a reason", { failureClass: "bug" });
}

/** @throws {TuttiError} `CONFIG_INVALID` for settings that don't fit together */
export function validateMerged(merged: Merged, projectDir: string): Config {
  const config = completeConfig(configSchema.parse(merged.values));
  const whereIs = (field: string) => formatProvenance(merged.provenance.get(field) ?? { layer: "default" }, projectDir);
  if (config.agent.kind === "fake" && config.agent.fakeScript === undefined) {
    const what = 'agent.kind is "fake", but agent.fakeScript is not set';
    const fix = "Set agent.fakeScript to the script, or agent.kind to claude-code.";
    throw problemError({ code: "CONFIG_INVALID", where: whereIs("agent.kind"), what, fix });
  }
  const twice = repeated(config.gates.map(({ name }) => name));
  if (twice !== undefined) {
    const what = `two gates have the name ${JSON.stringify(twice)}`;
    throw problemError({ code: "CONFIG_INVALID", where: whereIs("gates"), what, fix: "Rename one of them." });
  }
  const doubtful = contradiction(config.budget.prices);
  if (doubtful !== undefined) {
    const what = `two prices of ${doubtful.model} hold from the same day for the same prompts`;
    const fix = "Remove one of them, or give one another from or maxPromptTokens.";
    throw problemError({ code: "CONFIG_INVALID", where: whereIs("budget.prices"), what, fix });
  }
  return config;
}

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);
