import { appendFileSync, existsSync, readFileSync } from "node:fs";

import type { SeedResult } from "../run-seed.ts";
import type { SoakLine } from "../soak/soak-lines.ts";

/** One line of the log: what a seed came to, and where. */
export type SeedLine = SeedResult & {
  /** What was tested. */
  readonly commit: string;
  /** `2026-11-21T15:00:00.000Z` */
  readonly endedAt: string;
  /** Processes that wanted to run, on average of the last minute. */
  readonly load: number;
};

/** Written as each seed ends, so that a run that is cut short has told of what it did. */
export function appendLine(path: string, line: object): void {
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

// Only this program writes these files.

export const readSeedLines = (path: string): readonly SeedLine[] =>
  linesOf(path).map((line) => JSON.parse(line) as SeedLine);

export const readSoakLines = (path: string): readonly SoakLine[] =>
  linesOf(path).map((line) => JSON.parse(line) as SoakLine);

/** The last one may have been cut short. */
const linesOf = (path: string): readonly string[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => /^\{.*\}$/.test(line))
    : [];
