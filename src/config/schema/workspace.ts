import { z } from "zod";
import { backupsSchema } from "./backups.ts";
import { durationMs, filledText, innerPath } from "./scalars.ts";

const setupCommand = z.strictObject({
  run: filledText().describe("A shell command, run in the slot."),
  when: z
    .array(filledText())
    .describe("Run again only after one of these files changed. Default: run once for each new slot.")
    .exactOptional(),
  timeoutMs: durationMs().default(600_000).describe("Longest time for the command."),
});

export const workspaceSchema = z.strictObject({
  isolation: z.enum(["clone"]).default("clone").describe("How a worker's copy of the repository is made."),
  setup: z.array(setupCommand).default([]).describe("Commands that make a fresh copy ready to work in."),
  copy: z
    .array(innerPath())
    .default([])
    .describe("Globs of ignored files that agents need, copied from your checkout, for example `.env.test`."),
  backups: backupsSchema.prefault({}).describe("Copies of the database, for the case that it is damaged."),
  stateDir: filledText()
    .describe("Where Tutti keeps its database, logs and slots. Default: a folder of the project in your state directory.")
    .exactOptional(),
});
