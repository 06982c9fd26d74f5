import { TuttiError } from "../domain/errors.ts";
import type { WorkflowHost } from "./host.ts";
import type { BudgetLimit } from "./scope.ts";

/**
 * What an agent that begins under these limits may cost at most; `undefined` without any.
 * @throws {TuttiError} `BUDGET_EXCEEDED` when one of them is used up
 */
export async function refuseOverLimit(
  host: Pick<WorkflowHost, "budget">,
  limits: readonly BudgetLimit[],
  ownUsd: number | undefined,
): Promise<number | undefined> {
  let leftUsd = ownUsd ?? Infinity;
  for (const { path, maxCostUsd } of limits) {
    const { spentUsd } = await host.budget(path);
    if (spentUsd >= maxCostUsd) throw spent(path, maxCostUsd, spentUsd);
    leftUsd = Math.min(leftUsd, maxCostUsd - spentUsd);
  }
  return leftUsd === Infinity ? undefined : leftUsd;
}

const spent = (path: string, limitUsd: number, spentUsd: number): TuttiError =>
  new TuttiError("BUDGET_EXCEEDED", `The part ${path} of the workflow has cost ${spentUsd} of ${limitUsd} USD`, {
    failureClass: "exhausted",
    hint: "Give flow.budget a larger limit, or leave work out",
    context: { path, limitUsd, spentUsd },
  });
