import { z } from "zod";
import { durationMs, filledText } from "./scalars.ts";

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

export const monitoringSchema = z.strictObject({
  progressIntervalMs: durationMs().default(10_000).describe("Time between two progress lines where there is no terminal."),
  verboseLogging: z.boolean().default(false).describe("Log what agents say and do as well. Sets the log level to `debug`."),
  showProgressBar: z.boolean().default(true).describe("Draw live progress on a terminal."),
  logLevel: z.enum(logLevels).default("info").describe("The least important lines that are still written."),
  logFile: filledText()
    .describe("Log to files of this name instead of the state folder: each process puts its own name before the ending. Relative to the project.")
    .exactOptional(),
});
