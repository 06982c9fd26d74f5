import { TuttiError } from "../errors.ts";
import { graphProblems, withParent } from "./graph-problems.ts";
import { formatPlanPath, type PlanPath, type PlanProblem } from "./plan-problem.ts";
import { planSchema, type Plan } from "./plan-schema.ts";
import { schemaProblems } from "./schema-problems.ts";

/** Where a plan came from, for the message. */
export type PlanOrigin = {
  /** Shown as it is. Absent = a model's answer: then the failure is `recoverable`, because asking again may help. */
  readonly file?: string;
  /** 1-based line of a value, when the parser of the file knows it. */
  readonly lineOf?: (path: PlanPath) => number | undefined;
  /** A person or a program wrote it, without a file. */
  readonly isFromCaller?: true;
};

/** At most so many problems travel in the error's `context`. */
const maxReported = 20;

/**
 * Checks a plan and fills in the defaults. Repeated dependencies of a task are dropped.
 * @param value - parsed JSON or YAML
 * @throws {TuttiError} `PLAN_INVALID`, or `PLAN_CYCLE` when a cycle is the only problem. The message is one line: file, line,
 *   path, problem, fix of the first problem and the number of the others; `context.problems` has up to 20 of them
 */
export function parsePlan(value: unknown, origin: PlanOrigin = {}): Plan {
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) throw planError(schemaProblems(parsed.error.issues, value), origin);
  const problems = graphProblems(parsed.data);
  if (problems.length > 0) throw planError(problems, origin);
  return { summary: parsed.data.summary, tasks: parsed.data.tasks.map(withParent) };
}

/** One error for all problems; the first is the message. */
export function planError(problems: readonly PlanProblem[], origin: PlanOrigin): TuttiError {
  const [first, ...others] = problems;
  const lines = problems.slice(0, maxReported).map((problem) => describe(problem, origin));
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new TuttiError(first?.code ?? "PLAN_INVALID", `${lines[0] ?? "The plan is not valid"}${more}`, {
    failureClass: origin.file === undefined && origin.isFromCaller === undefined ? "recoverable" : "permanent",
    context: { problems: lines, ...(origin.file === undefined ? {} : { file: origin.file }) },
  });
}

function describe({ path, message, fix }: PlanProblem, { file, lineOf }: PlanOrigin): string {
  const place = [file, nearestLine(path, lineOf)].filter((part) => part !== undefined).join(":");
  const text = `${formatPlanPath(path)} ${message}. ${fix}`.replaceAll(/\s+/g, " ");
  return place === "" ? text : `${place}: ${text}`;
}

/** A value that is missing has no line: its parent's says enough. */
export function nearestLine(path: PlanPath, lineOf: PlanOrigin["lineOf"]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const line = lineOf?.(path.slice(0, length));
    if (line !== undefined) return line;
  }
  return undefined;
}
