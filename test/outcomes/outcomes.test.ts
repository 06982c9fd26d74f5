import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { judgeAll } from "./judge-all.ts";
import { beyondRules } from "./beyond-rules.ts";
import type { JudgedOutcome } from "./judge-outcome.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { scoreOutcomes } from "./score-outcomes.ts";

const folderOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const named = (judged: readonly JudgedOutcome[]): readonly string[] =>
  judged.map(({ outcome, decision }) => `${outcome.name}: ${decision.reasons.join(" ")}`);

describe("labelled outcomes of agents", () => {
  it.each(["known", "unseen", "fresh", "last"])(
    "are told apart (%s): no false alarm, and no false completion but what is beyond rules",
    async (name) => {
      const outcomes = (await readOutcomes(folderOf(name))) ?? [];
      const score = scoreOutcomes(await judgeAll(outcomes));
      const missed = score.missed.filter(({ outcome }) => !(outcome.name in beyondRules));
      expect({ missed: named(missed), alarms: named(score.alarms) }).toEqual({ missed: [], alarms: [] });
      expect([score.good, score.bad].every((count) => count >= 15)).toBe(true);
    },
    170_000,
  );
});
