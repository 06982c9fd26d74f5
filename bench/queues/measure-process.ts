import { z } from "zod";
import { measureSystem } from "./measure.ts";

/** The producer's process: `node measure-process.ts <request as JSON>`. Sends one sample. */
const Request = z.object({
  system: z.string(),
  place: z.object({ folder: z.string(), postgresUrl: z.string(), redisPort: z.number() }),
  sizes: z.object({
    oneByOne: z.number(),
    drainedShare: z.number(),
    pickUps: z.number(),
    steppedRuns: z.number(),
  }),
});

process.once("disconnect", () => process.exit());
const { system, place, sizes } = Request.parse(JSON.parse(process.argv[2] ?? ""));
process.send?.(await measureSystem(system, place, sizes), () => process.disconnect());
