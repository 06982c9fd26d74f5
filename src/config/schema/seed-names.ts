import type { Json } from "../../domain/json.ts";
import { maxTimerMs } from "./scalars.ts";

/** An older spelling of a setting, still accepted in files. */
export type SeedName = {
  readonly section: "execution" | "monitoring";
  readonly from: string;
  readonly to: string;
  /** What the older spelling holds. */
  readonly unit: "seconds" | "retries" | "same" | "boolean";
};

export const seedNames: readonly SeedName[] = [
  { section: "execution", from: "max_workers", to: "workers", unit: "same" },
  { section: "execution", from: "worker_timeout", to: "workerTimeoutMs", unit: "seconds" },
  { section: "execution", from: "manager_timeout", to: "managerTimeoutMs", unit: "seconds" },
  { section: "execution", from: "max_retries", to: "maxAttempts", unit: "retries" },
  { section: "monitoring", from: "progress_interval", to: "progressIntervalMs", unit: "seconds" },
  { section: "monitoring", from: "verbose_logging", to: "verboseLogging", unit: "boolean" },
  { section: "monitoring", from: "show_progress_bar", to: "showProgressBar", unit: "boolean" },
];

/**
 * The value in today's unit, or `undefined` when it isn't what the older spelling holds. Retries come after the first
 * try, so there is one attempt more than there are retries.
 */
export function convertSeedValue(value: Json, unit: SeedName["unit"]): Json | undefined {
  if (unit === "same") return value;
  if (unit === "boolean") return typeof value === "boolean" ? value : undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  if (unit === "retries") return Number.isInteger(value) && value >= 0 ? value + 1 : undefined;
  const durationMs = Math.round(value * 1000);
  return durationMs >= 1 && durationMs <= maxTimerMs ? durationMs : undefined;
}

export const seedUnitWords: Readonly<Record<SeedName["unit"], string>> = {
  same: "a value",
  boolean: "true or false",
  seconds: "a number of seconds above 0",
  retries: "a whole number of retries from 0",
};
