import { z } from "zod";

import { budgetPeriods } from "../../domain/budget/budget-period.ts";
import { fullModelNamePattern } from "./models.ts";
import { amountUsd } from "./scalars.ts";

const rate = (what: string) => z.number().nonnegative().describe(`US dollars for a million tokens ${what}.`);

const priceSchema = z.strictObject({
  model: z
    .string()
    .regex(fullModelNamePattern)
    .describe("Full name, as the agent reports it. A release date at its end does not matter."),
  from: z.iso.date().describe("The price holds from this day on, in UTC: `2026-11-01`. Default: always.").exactOptional(),
  maxPromptTokens: z
    .int()
    .positive()
    .describe("The price holds for prompts up to this size. Default: for all that no other line of that day is for.")
    .exactOptional(),
  inputUsdPerMtok: rate("read"),
  outputUsdPerMtok: rate("written"),
  cacheWriteUsdPerMtok: rate("put into the cache"),
  cacheReadUsdPerMtok: rate("read from the cache"),
});

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
  prices: z
    .array(priceSchema)
    .default([])
    .describe("What models cost you, where that is not the published price or there is none. Goes before what the agent reports."),
  allowUnpriced: z
    .boolean()
    .default(false)
    .describe("Under a limit, let models run whose price nobody knows, and count them as nothing."),
});
