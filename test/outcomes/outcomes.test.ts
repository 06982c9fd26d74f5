import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { judgeAll } from "./judge-all.ts";
import type { JudgedOutcome } from "./judge-outcome.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { scoreOutcomes } from "./score-outcomes.ts";

const folderOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const named = (judged: readonly JudgedOutcome[]): readonly string[] =>
  judged.map(({ outcome, decision }) => `${outcome.name}: ${decision.reasons.join(" ")}`);

describe("labelled outcomes of agents", () => {
  it.each(["known", "unseen"])(
    "are told apart (%s): no false completion, no false alarm",
    async (name) => {
      const outcomes = (await readOutcomes(folderOf(name))) ?? [];
      const score = scoreOutcomes(await judgeAll(outcomes));
      expect({ missed: named(score.missed), alarms: named(score.alarms) }).toEqual({ missed: [], alarms: [] });
      expect([score.good, score.bad].every((count) => count >= 15)).toBe(true);
    },
    170_000,
  );
});
