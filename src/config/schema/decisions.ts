import { z } from "zod";

import { defaultDecisions } from "../../domain/decide/decision-settings.ts";
import { filledText } from "./scalars.ts";

export const decisionsSchema = z.strictObject({
  minConfidence: z
    .number()
    .min(0)
    .max(1)
    .meta({ examples: [0.8] })
    .describe("Work that no rule refuses, but whose confidence is below this, waits for you. Default: none.")
    .exactOptional(),
  maxClarifications: z
    .int()
    .min(0)
    .max(10)
    .default(defaultDecisions.maxClarifications)
    .describe("Questions of a task's agent that the supervisor model may answer. 0: none."),
  split: z
    .boolean()
    .default(defaultDecisions.split)
    .describe("Have the manager cut a task that is evidently too big into parts, instead of trying it again whole."),
  splitAfter: z
    .int()
    .min(1)
    .max(10)
    .default(defaultDecisions.splitAfter)
    .describe("Attempts that ended at a limit of time, tokens or cost before a task counts as too big."),
  replan: z
    .boolean()
    .default(defaultDecisions.replan)
    .describe("When a task fails for good and others need it, ask the manager once for another way."),
  rollbackOn: z
    .array(filledText())
    .default([...defaultDecisions.rollbackOn])
    .describe("Blockers of the quality control after which the next attempt begins without this one's work."),
  sensitivePaths: z
    .array(filledText())
    .default([...defaultDecisions.sensitivePaths])
    .describe("Globs of files that make a change riskier, and its confidence lower."),
  calibrateAfter: z
    .int()
    .min(10)
    .max(100_000)
    .default(defaultDecisions.calibrateAfter)
    .describe("Outcomes of this project before a confidence is calibrated by them; before, it is said to be uncalibrated."),
  route: z
    .boolean()
    .default(defaultDecisions.route)
    .describe("Begin tasks on the rung of `models.worker.escalate` whose outcomes in this project warrant it."),
  routeAfter: z
    .int()
    .min(5)
    .max(100_000)
    .default(defaultDecisions.routeAfter)
    .describe("Outcomes of a model before `route` believes them."),
  routeMinRate: z
    .number()
    .min(0)
    .max(1)
    .default(defaultDecisions.routeMinRate)
    .describe("Share of a model's work that has to be accepted at once and hold, for tasks to begin on it."),
});
