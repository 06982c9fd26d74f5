import { z } from "zod";
import { durationMs } from "./scalars.ts";

export const backupsSchema = z.strictObject({
  everyMs: durationMs().default(60_000).describe("Time between two backups of the database while a job runs; one is made when it ends, too."),
  keep: z.int().min(0).default(10).describe("How many backups are kept; 0: none are made."),
});
