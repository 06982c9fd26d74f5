import { z } from "zod";
import { durationMs, filledText, innerPath } from "./scalars.ts";

const gateMoments = ["attempt", "merged"] as const;

export const gateSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .describe("Shown in reports; unique."),
  run: filledText().describe("A shell command. Exit code 0 passes."),
  timeoutMs: durationMs().default(600_000).describe("Longest time for the command."),
  on: z
    .array(z.enum(gateMoments))
    .min(1)
    .default(["attempt", "merged"])
    .describe("Check each attempt, the merged tree, or both."),
  cwd: innerPath().describe("Folder to run in, relative to the repository. Default: its root.").exactOptional(),
});
