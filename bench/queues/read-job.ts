import { z } from "zod";
import type { BenchJob } from "./driver.ts";

const Job = z.object({ id: z.string(), payload: z.string(), steps: z.number() });

/** What a library gives back is unknown until it is looked at. */
export const readJob = (data: unknown): BenchJob => Job.parse(data);
