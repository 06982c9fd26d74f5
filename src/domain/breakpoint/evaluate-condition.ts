import { factNames, typeOfFact, type FactName, type Facts, type FactValue } from "./facts.ts";
import type { Condition, ListTest, NumberTest, Test, TextTest } from "./rule.ts";

/** Three values (Kleene 1938): what rests on something that nobody knows is `unknown`, unless the rest settles it. */
export type Truth = boolean | "unknown";

export type Surroundings = {
  readonly facts: Facts;
  readonly matchesPath: (path: string, glob: string) => boolean;
  /** What each evaluator of a plugin said; absent for one that is missing or has thrown. */
  readonly custom: ReadonlyMap<string, boolean>;
  /** In doubt a pattern does not fit: for what approves. */
  readonly isStrict: boolean;
};

/** Whether a condition holds. An empty one does. */
export function evaluateCondition(condition: Condition, around: Surroundings): Truth {
  const { all, any, not, custom } = condition;
  const tested = factNames.flatMap((name) => {
    const test = condition[name];
    return test === undefined ? [] : [testFact(name, test, around)];
  });
  return and([
    ...tested,
    ...(all === undefined ? [] : [and(all.map((each) => evaluateCondition(each, around)))]),
    ...(any === undefined ? [] : [or(any.map((each) => evaluateCondition(each, around)))]),
    // What is not to fit has to be matched generously where what is to fit is matched strictly.
    ...(not === undefined ? [] : [negated(evaluateCondition(not, { ...around, isStrict: !around.isStrict }))]),
    ...(custom === undefined ? [] : [around.custom.get(custom) ?? ("unknown" as const)]),
  ]);
}

const and = (truths: readonly Truth[]): Truth =>
  truths.includes(false) ? false : truths.includes("unknown") ? "unknown" : true;

const or = (truths: readonly Truth[]): Truth =>
  truths.includes(true) ? true : truths.includes("unknown") ? "unknown" : false;

const negated = (truth: Truth): Truth => (truth === "unknown" ? truth : !truth);

function testFact(name: FactName, test: Test, around: Surroundings): Truth {
  const value = around.facts[name];
  if (value === undefined) return "unknown";
  if (typeof test === "boolean") return value === test;
  if (typeof value === "number") return testNumber(value, test);
  if (typeof value === "string") return testText(name, value, { test, around });
  return Array.isArray(value) ? testList(name, value, { test, around }) : "unknown";
}

const isNumberTest = (test: Test): test is NumberTest =>
  typeof test === "object" && ["is", "above", "below", "atLeast", "atMost"].some((key) => key in test);
const isTextTest = (test: Test): test is TextTest => typeof test === "object" && "oneOf" in test;
const isListTest = (test: Test): test is ListTest =>
  typeof test === "object" && ["any", "all", "none"].some((key) => key in test);

function testNumber(value: number, test: Test): Truth {
  if (!isNumberTest(test) || Number.isNaN(value)) return "unknown";
  const { is, above, below, atLeast, atMost } = test;
  return (
    (is === undefined || value === is) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost)
  );
}

type Testing = { readonly test: Test; readonly around: Surroundings };

function testText(name: FactName, value: string, { test, around }: Testing): Truth {
  return isTextTest(test) ? test.oneOf.some((pattern) => fits(name, value, { pattern, around })) : "unknown";
}

function testList(name: FactName, values: readonly string[], { test, around }: Testing): Truth {
  if (!isListTest(test)) return "unknown";
  const { any, all, none } = test;
  const fitsOne = (patterns: readonly string[], isStrict: boolean) => (value: string) =>
    patterns.some((pattern) => fits(name, value, { pattern, around: { ...around, isStrict } }));
  return (
    (any === undefined || values.some(fitsOne(any, around.isStrict))) &&
    (all === undefined || (values.length > 0 && values.every(fitsOne(all, around.isStrict)))) &&
    (none === undefined || !values.some(fitsOne(none, !around.isStrict)))
  );
}

type Fitting = { readonly pattern: string; readonly around: Surroundings };

function fits(name: FactName, value: string, { pattern, around }: Fitting): boolean {
  const type = typeOfFact(name);
  if (type === "path" || type === "paths") return around.matchesPath(value, pattern);
  return matchesText(value, pattern, name === "command" && around.isStrict);
}

/** What lets a shell do more than the one command that is written. */
const beyondOneCommand = /[;&|<>$`()\r\n\\]/;

/**
 * Takes each part at its first place, which is as good as any other: the time grows with the text and not with a power of it, because
 * the text may be an agent's.
 * @param isOneCommand - `*` does not reach over anything that would begin another command, so that `npm test*` approves no
 *   `npm test; rm -rf .`
 */
export function matchesText(value: string, pattern: string, isOneCommand: boolean): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return value === pattern;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  const mayStandFor = (end: number): boolean => !isOneCommand || !beyondOneCommand.test(value.slice(at, end));
  for (const part of parts) {
    const next = value.indexOf(part, at);
    if (next < 0 || !mayStandFor(next)) return false;
    at = next + part.length;
  }
  const end = value.length - last.length;
  return end >= at && value.endsWith(last) && mayStandFor(end);
}

/** For messages: a fact as a person reads it. */
export function factText(value: FactValue): string {
  if (value === undefined) return "unknown";
  return typeof value === "object" ? value.join(", ") : String(value);
}
