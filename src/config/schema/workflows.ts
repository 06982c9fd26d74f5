import { z } from "zod";

export const workflowsSchema = z.strictObject({
  confirmAgents: z
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe("A workflow that would ask for more agents than this, by its dry run, starts only with a person's yes."),
  confirmCostUsd: z
    .number()
    .positive()
    .describe("A workflow whose forecast cost (the 50th percentile, in US dollars) is higher starts only with a person's yes.")
    .exactOptional(),
});
