import type { ErrorJson } from "../domain/errors.ts";
import { currentScope } from "./scope.ts";

/**
 * Whether a part failed because a budget around the whole is used up: then the others, and whatever comes next, would fail of it
 * too, and no policy on failures makes a result of it. A budget that the part has set itself is its own failure.
 */
export function isSpentForAll({ code, context: { path, level } }: ErrorJson): boolean {
  if (code !== "BUDGET_EXCEEDED" || level === "task") return false;
  return path === undefined || currentScope("a pattern").limits.some((limit) => limit.path === path);
}
