import { expect, it } from "vitest";

import type { ProjectBudget } from "../../domain/settings.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { supervisorBudgetObjection } from "./supervisor-budget.ts";

type Given = {
  readonly maxCostUsdPerJob?: number;
  readonly spentUsd?: number;
  readonly budget?: Partial<ProjectBudget>;
  readonly model?: string;
};

const priced = "claude-haiku-4-5";

async function objection({ maxCostUsdPerJob, spentUsd = 0, budget, model = priced }: Given) {
  await using open = await openState([{ key: "a" }], maxCostUsdPerJob === undefined ? {} : { maxCostUsdPerJob });
  const { state, jobId } = open;
  const used = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: spentUsd };
  await state.sessions.recordUsage({ key: "turn", jobId, role: "worker" }, 1, { some: used });
  const projectBudget: ProjectBudget = { period: "all", allowsUnpriced: false, ...budget };
  const now = (): number => Date.parse("2026-11-01");
  return await supervisorBudgetObjection({ state, projectBudget, now }, model, { jobId });
}

it("without a limit anything may be asked", async () => {
  expect(await objection({ model: "nobody-knows" })).toBeUndefined();
});

it("under a limit a priced model may be asked until it is used up", async () => {
  expect(await objection({ maxCostUsdPerJob: 1, spentUsd: 0.5 })).toBeUndefined();
  expect(await objection({ maxCostUsdPerJob: 1, spentUsd: 1 })).toBe("The job has used up its limit of 1 USD.");
  expect(await objection({ budget: { maxCostUsd: 2 }, spentUsd: 2 })).toContain("The project has used up");
});

it("under a limit a model without a price is not asked, unless that is allowed", async () => {
  const given = { maxCostUsdPerJob: 1, model: "nobody-knows" };
  expect(await objection(given)).toContain("nobody knows what nobody-knows costs");
  expect(await objection({ ...given, budget: { allowsUnpriced: true } })).toBeUndefined();
});
