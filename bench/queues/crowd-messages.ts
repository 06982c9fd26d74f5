import { z } from "zod";

/** What one process of a crowd tells its parent. */
export const CrowdMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("loaded") }),
  /** Jobs so far. */
  z.object({ type: z.literal("count"), jobs: z.number() }),
  z.object({
    type: z.literal("report"),
    /** On the clock that all processes share; `null` when it got no job. */
    firstAtMs: z.number().nullable(),
    lastAtMs: z.number().nullable(),
    ids: z.array(z.string()).readonly(),
  }),
]);

export type CrowdMessage = z.infer<typeof CrowdMessage>;
