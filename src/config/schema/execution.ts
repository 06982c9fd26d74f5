import { z } from "zod";
import { quietHoursPattern } from "../../domain/quota/quiet-hours.ts";
import { durationMs } from "./scalars.ts";

export const maxWorkers = 64;

export const executionSchema = z.strictObject({
  workers: z
    .union([z.literal("auto"), z.int().min(1).max(maxWorkers)])
    .default("auto")
    .describe("Tasks at once. `auto` asks the machine: its cores and its free memory."),
  strategy: z.enum(["manager"]).default("manager").describe("How a job is driven."),
  workerTimeoutMs: durationMs().default(1_800_000).describe("Longest time for one attempt at a task."),
  managerTimeoutMs: durationMs().default(300_000).describe("Longest time for one turn of the manager."),
  stallTimeoutMs: durationMs().default(600_000).describe("Longest silence of an agent before it counts as stuck."),
  maxAttempts: z.int().min(1).max(100).default(3).describe("Tries at a task, the first one included."),
  maxTransientRetries: z
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe("Network failures and short rate limits in a row before a job pauses. They don't count as attempts."),
  cache: z
    .boolean()
    .default(true)
    .describe("Replay the result of equal work that was accepted before, instead of paying an agent for it again."),
  overlaps: z
    .enum(["serialize", "allow"])
    .default("serialize")
    .describe("Tasks whose `expectedOutputs` or `footprint` overlap: one after another, or side by side."),
  resumeAtReset: z
    .boolean()
    .default(false)
    .describe("When a quota has ended, wait for its reset and go on by itself. The flag: `--resume-at-reset`."),
  maxQuotaWaitMs: durationMs()
    .default(86_400_000)
    .describe("Longest wait for a reset; a job whose quota comes back later stays paused. Also for a workflow that sleeps beside an open question. Default: a day."),
  quietHours: z
    .string()
    .regex(quietHoursPattern)
    .meta({ examples: ["22:00-07:00"] })
    .describe("Local times, such as `22:00-07:00`, between which no job goes on by itself; it waits for their end.")
    .exactOptional(),
  leaseMs: z
    .int()
    .min(1000)
    .max(3_600_000)
    .default(30_000)
    .describe("How long a worker that stopped answering keeps its task. Renewed at a third of it."),
  minFreeMemoryMb: z.int().min(0).default(512).describe("No new task starts while less memory than this is free."),
  memoryPerWorkerMb: z
    .int()
    .min(1)
    .default(400)
    .describe("What one worker is expected to need; used by `workers: auto`, and until live ones were measured."),
  minFreeDiskMb: z
    .int()
    .min(0)
    .default(512)
    .describe("No new task starts while less than this is free where the slots or the database are."),
  maxAccountUtilization: z
    .number()
    .min(0)
    .max(1)
    .meta({ examples: [0.8] })
    .describe(
      "When more than this share of a window of your subscription is used, such as `0.8`, agents run one at a time until it ends. Default: no such limit.",
    )
    .exactOptional(),
});
