import { InvalidArgumentError, Option } from "commander";

import type { ConfigInput } from "../../config/config.ts";

/** What commands have in common: options, and readers of their values. */

export const json = (): Option => new Option("--json", "machine-readable output");

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;

const isWhole = (value: string): boolean => /^\d+$/.test(value);

export function count(value: string): number {
  if (isWhole(value) && Number(value) >= 1 && Number(value) <= 64) return Number(value);
  throw new InvalidArgumentError("Give a whole number from 1 to 64.");
}

export function amountUsd(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("Give an amount in US dollars, such as 12.50.");
}

/** For tasks that wait because they have cost all that they may. */
export const maxCostPerTask = (): Option =>
  new Option(
    "--max-cost-per-task <usd>",
    "what each of these tasks may cost from now on, what it has cost included",
  ).argParser(amountUsd);

export function port(value: string): number {
  if (isWhole(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError("Give a port from 0 to 65535.");
}

export function taskPriority(value: string): number {
  if (isWhole(value) && Number(value) >= 1 && Number(value) <= 10) return Number(value);
  throw new InvalidArgumentError("Give a whole number from 1 to 10.");
}

export function attemptNumber(value: string): number {
  if (isWhole(value) && Number(value) >= 1) return Number(value);
  throw new InvalidArgumentError("Give the number of an attempt: 1 is the first.");
}

export function atLeastOne(value: string): number {
  if (isWhole(value) && Number(value) >= 1) return Number(value);
  throw new InvalidArgumentError("Give a whole number from 1.");
}

export function milliseconds(value: string): number {
  if (isWhole(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("Give a whole number of milliseconds.");
}

/** What one process of ours tells another; they are checked where they are used. */
export function settingsOf(value: string): ConfigInput {
  const parsed: unknown = JSON.parse(value);
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new InvalidArgumentError("Give settings as a JSON object.");
}
