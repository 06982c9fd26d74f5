import { z } from "zod";

/** What a consumer process tells its parent. The parent says only `stop`. */
export const ConsumerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("job"), id: z.string(), atMs: z.number() }),
  z.object({ type: z.literal("drained") }),
  z.object({ type: z.literal("idle"), cpuPercent: z.number() }),
  z.object({ type: z.literal("report"), spanMs: z.number(), jobs: z.number(), stepMs: z.array(z.number()).readonly() }),
]);

export type ConsumerMessage = z.infer<typeof ConsumerMessage>;
