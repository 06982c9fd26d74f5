import type { ErrorCode } from "../errors.ts";

/** Where in a plan: `["tasks", 3, "dependsOn", 0]`. */
export type PlanPath = readonly (string | number)[];

export type PlanProblem = {
  readonly code: Extract<ErrorCode, "PLAN_INVALID" | "PLAN_CYCLE">;
  readonly path: PlanPath;
  /** A clause that follows the path: `names "biuld", which no task has as its key`. */
  readonly message: string;
  /** What to do, a sentence in the imperative or a question. */
  readonly fix: string;
};

/** `tasks[3].dependsOn[0]`; the whole plan is `plan`. */
export function formatPlanPath(path: PlanPath): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
  return text === "" ? "plan" : text.replace(/^\./, "");
}
