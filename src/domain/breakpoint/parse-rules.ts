import type { z } from "zod";

import { TuttiError } from "../errors.ts";
import { didYouMean } from "../plan/did-you-mean.ts";
import { breakpointKinds, type BreakpointKind } from "./answers.ts";
import { placeholder } from "./apply-rules.ts";
import { factNames, isFactName, isKnownAt, typeOfFact } from "./facts.ts";
import { ruleActions, type BreakpointRule, type Condition, type RuleAction } from "./rule.ts";
import { conditionKeys, ruleFileSchema, ruleKeys, testForms } from "./rule-schema.ts";

type Path = readonly (string | number)[];

export type RuleSource = {
  readonly content: unknown;
  /** The file as messages name it. */
  readonly where: string;
  /** 1-based. */
  readonly lineOf: (path: Path) => number | undefined;
  /** Names of the plugins' evaluators. */
  readonly evaluators: readonly string[];
};

/** A problem of one field. */
type Problem = { readonly path: Path; readonly what: string; readonly fix: string };

/**
 * The rules of a file.
 * @throws {TuttiError} `BREAKPOINT_INVALID` with the file, the line and the field of the first thing that is wrong
 */
export function parseRules(source: RuleSource): readonly BreakpointRule[] {
  const parsed = ruleFileSchema.safeParse(source.content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problemError(source, issue === undefined ? noRules : problemOfIssue(issue));
  }
  const { rules } = parsed.data;
  const [problem] = rules.flatMap((rule, index) => problemsOf(rule, { index, rules, source }));
  if (problem !== undefined) throw problemError(source, problem);
  return rules;
}

const noRules: Problem = {
  path: [],
  what: "there is no list of rules",
  fix: "Write: rules: [{ name, on, when, action }]",
};

function problemError({ where, lineOf }: RuleSource, { path, what, fix }: Problem): TuttiError {
  const line = lineOf(path);
  const field = fieldOf(path);
  const place = line === undefined ? where : `${where}:${line}`;
  return new TuttiError("BREAKPOINT_INVALID", `${place}: ${field === "" ? "" : `${field}: `}${what}`, {
    hint: fix,
    context: { file: where, field, ...(line === undefined ? {} : { line }) },
  });
}

const fieldOf = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");

function problemOfIssue(issue: z.core.$ZodIssue): Problem {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") return unknownKey(path, issue.keys[0] ?? "");
  return { path, what: `must be ${formOf(path)}`, fix: "Change the value." };
}

const isInCondition = (path: Path): boolean => path.includes("when");

function unknownKey(path: Path, key: string): Problem {
  const at = [...path, key];
  if (isInCondition(path) && isFactName(String(path.at(-1)))) {
    return { path: at, what: "is no comparison", fix: `Write ${formOf(path)}.` };
  }
  const known = path.length === 0 ? ["rules"] : isInCondition(path) ? conditionKeys : ruleKeys;
  const meant = didYouMean(key, known);
  return {
    path: at,
    what: `is no ${isInCondition(path) ? "fact" : "setting of a rule"}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    fix: meant === undefined ? `Known: ${known.join(", ")}.` : `Write ${meant}.`,
  };
}

/** What stands at a path, in words. */
function formOf(path: Path): string {
  const names = path.filter((key) => typeof key === "string");
  const fact = names.findLast(isFactName);
  if (isInCondition(path) && fact !== undefined) return testForms[typeOfFact(fact)];
  const name = names.at(-1) ?? "";
  return forms[name] ?? "something else";
}

const forms: Readonly<Record<string, string>> = {
  rules: "a list of rules, each with name, on and action",
  name: "a name of letters, digits, dots, dashes and underscores",
  on: `one of ${breakpointKinds.join(", ")}, or a list of them`,
  when: "a map of facts with what they have to be",
  action: `one of ${ruleActions.join(", ")}`,
  priority: "a whole number",
  timeoutMs: "a whole number of milliseconds, from 1",
  message: "a text",
  all: "a list of conditions",
  any: "a list of conditions",
  not: "a condition",
  custom: "the name of a plugin's evaluator",
};

type Surroundings = {
  readonly index: number;
  readonly rules: readonly BreakpointRule[];
  readonly source: RuleSource;
};

/** What each kind lets a rule do without a person. */
const actionsOn = (kind: BreakpointKind): readonly RuleAction[] =>
  ["plan", "before-merge", "unproven", "permission", "approval"].includes(kind) ? ruleActions : ["ask", "deny"];

function problemsOf(rule: BreakpointRule, { index, rules, source }: Surroundings): readonly Problem[] {
  const path = ["rules", index];
  const { name, on, action, when, message = "" } = rule;
  const twin = rules.slice(0, index).some((other) => other.name === name);
  return [
    ...(twin
      ? [{ path: [...path, "name"], what: `another rule is called ${name}`, fix: "Give it another name." }]
      : []),
    ...on
      .filter((kind) => !actionsOn(kind).includes(action))
      .map((kind) => ({
        path: [...path, "action"],
        what: `nothing of kind ${kind} can be approved by a rule`,
        fix: `Use ${actionsOn(kind).join(" or ")}.`,
      })),
    ...(when === undefined ? [] : conditionProblems(when, { rule, path: [...path, "when"], source })),
    ...[...message.matchAll(placeholder)].flatMap(([, fact = ""]) =>
      factProblems(fact, { rule, path: [...path, "message"] }),
    ),
  ];
}

type Place = { readonly rule: BreakpointRule; readonly path: Path };

function conditionProblems(condition: Condition, place: Place & Pick<Surroundings, "source">): readonly Problem[] {
  const { path, source, rule } = place;
  const { all = [], any = [], not, custom } = condition;
  const below = (list: readonly Condition[], key: string): readonly Problem[] =>
    list.flatMap((each, index) => conditionProblems(each, { ...place, path: [...path, key, index] }));
  return [
    ...factNames
      .filter((name) => condition[name] !== undefined)
      .flatMap((name) => factProblems(name, { rule, path: [...path, name] })),
    ...below(all, "all"),
    ...below(any, "any"),
    ...(not === undefined ? [] : conditionProblems(not, { ...place, path: [...path, "not"] })),
    ...(custom === undefined || source.evaluators.includes(custom) ? [] : [noEvaluator(custom, place)]),
  ];
}

function factProblems(name: string, { rule, path }: Place): readonly Problem[] {
  if (!isFactName(name)) {
    const meant = didYouMean(name, factNames);
    const what = `there is no fact ${name}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    return [{ path, what, fix: `Known: ${factNames.join(", ")}.` }];
  }
  const unknown = rule.on.find((kind) => !isKnownAt(name, kind));
  if (unknown === undefined) return [];
  const known = breakpointKinds.filter((kind) => isKnownAt(name, kind));
  return [{ path, what: `${name} is not known on ${unknown}`, fix: `It is known on ${known.join(", ")}.` }];
}

function noEvaluator(custom: string, { path, source }: Pick<Place, "path"> & Pick<Surroundings, "source">): Problem {
  const meant = didYouMean(custom, source.evaluators);
  return {
    path: [...path, "custom"],
    what: `no plugin has an evaluator ${custom}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    fix: "Name the plugin under plugins in the settings, with breakpointEvaluators.",
  };
}
