import { z } from "zod";

export const checkpointsSchema = z.strictObject({
  automatic: z
    .boolean()
    .default(true)
    .describe("Make a checkpoint before each attempt and before each merge. One before a rollback is made in any case."),
  keep: z.int().min(1).max(10_000).default(50).describe("Automatic checkpoints to keep of each job; older ones are removed."),
  maxTotalMb: z.number().positive().default(1_000).describe("Size of all automatic checkpoints together before the oldest are removed."),
  maxAgeDays: z.number().positive().default(14).describe("Age at which an automatic checkpoint is removed."),
});
