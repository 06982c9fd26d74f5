import type { z } from "zod";
import { modelAliases } from "../model-name.ts";
import { didYouMean } from "./did-you-mean.ts";
import { planSchema, planTaskSchema } from "./plan-schema.ts";
import type { PlanPath, PlanProblem } from "./plan-problem.ts";

type Issue = z.core.$ZodIssue;

const planKeys = Object.keys(planSchema.shape);
const taskKeys = Object.keys(planTaskSchema.shape);

/**
 * Says in plain words what zod found wrong with the shape of a plan. One problem for each unknown key.
 * @param topKeys - what the outermost mapping may have; default: what a plan has
 */
export const schemaProblems = (
  issues: readonly Issue[],
  plan: unknown,
  topKeys: readonly string[] = planKeys,
): readonly PlanProblem[] => issues.flatMap((issue) => problemsOf(issue, plan, topKeys));

function problemsOf(issue: Issue, plan: unknown, topKeys: readonly string[]): readonly PlanProblem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const known = path.length === 0 ? topKeys : taskKeys;
    return issue.keys.map((key) => unknownKey(path, key, known));
  }
  return [{ code: "PLAN_INVALID", path, ...describe(issue, { path, value: valueAt(plan, path) }) }];
}

function unknownKey(path: PlanPath, key: string, known: readonly string[]): PlanProblem {
  const near = didYouMean(key, known);
  const fix = near === undefined ? `Remove it; known are ${known.join(", ")}.` : `Did you mean "${near}"?`;
  return { code: "PLAN_INVALID", path: [...path, key], message: "is not a known key", fix };
}

type Found = { readonly path: PlanPath; readonly value: unknown };
type Text = Pick<PlanProblem, "message" | "fix">;

function describe(issue: Issue, { path, value }: Found): Text {
  if (issue.code === "invalid_type") return wrongType(issue.expected, value);
  if (issue.code === "invalid_format" && path.includes("escalate")) return noModel(value);
  if (issue.code === "invalid_format") {
    return {
      message: `is ${JSON.stringify(value)}, which is no task key`,
      fix: "Use lower-case letters, digits, - and _, begin with a letter or digit, at most 64 characters.",
    };
  }
  if (issue.code === "too_small" && issue.origin === "array") {
    const isPlan = path.length === 1;
    if (isPlan) return { message: "has no tasks", fix: "Add at least one task." };
    return { message: "is empty", fix: `Give it an entry or leave ${lastKey(path)} out.` };
  }
  if (issue.code === "too_small" && issue.origin === "string") {
    return { message: "is empty", fix: `Write a text or leave ${lastKey(path)} out.` };
  }
  if (issue.code === "too_small" || issue.code === "too_big") {
    const range = lastKey(path) === "priority" ? "a whole number from 1 to 10" : "a number above 0";
    return { message: `is ${JSON.stringify(value)}`, fix: `Use ${range}.` };
  }
  return { message: "is not valid", fix: `${issue.message}.` };
}

function noModel(value: unknown): Text {
  const near = didYouMean(String(value), modelAliases);
  const names = `Use ${modelAliases.join(", ")}, or a full name that starts with claude- or contains a slash.`;
  return {
    message: `is ${JSON.stringify(value)}, which is no model`,
    fix: near === undefined ? names : `Did you mean "${near}"?`,
  };
}

function wrongType(expected: string, value: unknown): Text {
  const noun = nouns[expected] ?? expected;
  if (value === undefined) return { message: "is missing", fix: `Give it ${noun}.` };
  return { message: `is ${nameOf(value)}`, fix: `Make it ${noun}.` };
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  array: "a list",
  object: "a mapping of keys to values",
  int: "a whole number",
  number: "a number",
};

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : `the ${typeof value} ${JSON.stringify(value)}`;
}

const lastKey = (path: PlanPath): string => path.findLast((part) => typeof part === "string") ?? "it";

function valueAt(value: unknown, path: PlanPath): unknown {
  return path.reduce<unknown>(
    (inner, part) => (isRecord(inner) && Object.hasOwn(inner, part) ? inner[part] : undefined),
    value,
  );
}

/** Lists count: their indexes are keys too. */
const isRecord = (value: unknown): value is Readonly<Record<string | number, unknown>> =>
  typeof value === "object" && value !== null;
