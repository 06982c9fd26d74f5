import { z } from "zod";
import { durationMs, filledText } from "./scalars.ts";

export const watchSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Keep a history of the files that each attempt changes."),
  debounceMs: durationMs().default(75).describe("How long changes are collected before they are looked at."),
  ignore: z
    .array(filledText())
    .default([])
    .meta({ examples: [["*.log", "coverage/"]] })
    .describe("Patterns of a `.gitignore`, besides those of the repository: files that the history leaves out."),
  maxChangesPerAttempt: z.int().min(1).default(10_000).describe("Further changes of an attempt are counted and not kept."),
});
