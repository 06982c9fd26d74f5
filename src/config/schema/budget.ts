import { z } from "zod";

import { budgetPeriods } from "../../domain/budget/budget-period.ts";
import { amountUsd } from "./scalars.ts";

export const budgetSchema = z.strictObject({
  maxCostUsdPerProject: amountUsd()
    .describe("All jobs of the project pause when they have cost this much together in one period. Default: no limit.")
    .exactOptional(),
  projectPeriod: z
    .enum(budgetPeriods)
    .default("all")
    .describe("How long `maxCostUsdPerProject` holds: for a calendar day, a calendar month, or for ever."),
  maxCostUsdPerJob: amountUsd().describe("A job pauses when it has cost this much. Default: no limit.").exactOptional(),
  maxCostUsdPerTask: amountUsd().describe("A task stops and waits for you when it has cost this much. Default: no limit.").exactOptional(),
  maxCostUsdPerTurn: amountUsd()
    .describe(
      "What an agent's turn sets aside at a time under a limit; when it is used up, the turn goes on if there is more. Default: the limit of the job or project, divided by what may run side by side.",
    )
    .exactOptional(),
  allowUnpriced: z
    .boolean()
    .default(false)
    .describe("Under a limit, let models run whose price nobody knows, and count them as nothing."),
});
