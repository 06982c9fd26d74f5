import { setTimeout as delay } from "node:timers/promises";

import type { BreakpointKind } from "../../domain/breakpoint/answers.ts";
import { applyRules, customsOf, type RuleVerdict } from "../../domain/breakpoint/apply-rules.ts";
import { factNames, type Facts } from "../../domain/breakpoint/facts.ts";
import type { BreakpointRule } from "../../domain/breakpoint/rule.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Job } from "../../domain/model.ts";
import type { BreakpointEvaluator, BreakpointFacts } from "../../supervision/plugin/plugin.ts";
import { matchingPaths } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

type Asking = { readonly services: Pick<Services, "plugins" | "logger">; readonly job: Pick<Job, "options"> };

export const rulesOn = ({ job }: Pick<Asking, "job">, kind: BreakpointKind): readonly BreakpointRule[] =>
  (job.options.breakpointRules ?? []).filter(({ on }) => on.includes(kind));

/**
 * What the job's rules say to an occasion.
 * @param factsOf - called only when there is a rule to ask
 */
export async function askRules(
  desk: Asking,
  kind: BreakpointKind,
  factsOf: () => Promise<Facts>,
): Promise<RuleVerdict | undefined> {
  const rules = rulesOn(desk, kind);
  if (rules.length === 0) return undefined;
  const facts = await factsOf();
  const custom = await askEvaluators(desk, customsOf(rules), plainFacts(kind, facts));
  const matchesPath = (path: string, glob: string): boolean => matchingPaths([path], [glob]).length > 0;
  return applyRules(rules, { kind, facts, matchesPath, custom });
}

const patienceMs = 10_000;

/** One that is missing, throws, or says nothing in time is left out: then nothing is approved because of it. */
async function askEvaluators(
  { services }: Asking,
  names: readonly string[],
  facts: BreakpointFacts,
): Promise<ReadonlyMap<string, boolean>> {
  const said = new Map<string, boolean>();
  for (const name of names) {
    const verdict = await askEvaluator(services, name, facts);
    if (verdict !== undefined) said.set(name, verdict);
  }
  return said;
}

async function askEvaluator(
  { plugins, logger }: Asking["services"],
  name: string,
  facts: BreakpointFacts,
): Promise<boolean | undefined> {
  const evaluate = plugins.flatMap(({ breakpointEvaluators }) => breakpointEvaluators?.[name] ?? []).at(0);
  try {
    if (evaluate === undefined) throw new Error("no plugin has it");
    return await inTime(evaluate, facts);
  } catch (thrown) {
    logger.warn("a breakpoint evaluator said nothing", { evaluator: name, error: TuttiError.from(thrown).message });
    return undefined;
  }
}

async function inTime(evaluate: BreakpointEvaluator, facts: BreakpointFacts): Promise<boolean> {
  const late = delay(patienceMs, undefined, { ref: false }).then(() => {
    throw new Error(`it took longer than ${patienceMs} ms`);
  });
  const verdict: unknown = await Promise.race([Promise.resolve(evaluate(facts)), late]);
  if (typeof verdict === "boolean") return verdict;
  throw new Error("it said neither true nor false");
}

/** As plugins see them. */
function plainFacts(kind: BreakpointKind, facts: Facts): BreakpointFacts {
  const known = factNames.flatMap((name): [string, Json][] => {
    const value = facts[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { kind, ...Object.fromEntries(known) };
}
