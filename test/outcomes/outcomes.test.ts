import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { beyondRules } from "./beyond-rules.ts";
import { judgeAll } from "./judge-all.ts";
import type { JudgedOutcome } from "./judge-outcome.ts";
import { outcomeSets } from "./outcome-sets.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { readRecording, replayReviews } from "./recorded-reviews.ts";
import { scoreOutcomes } from "./score-outcomes.ts";

type Decision = JudgedOutcome["decision"];

const named = (judged: readonly JudgedOutcome[], of: (one: JudgedOutcome) => Decision): readonly string[] =>
  judged.map((one) => `${one.outcome.name}: ${of(one).reasons.join(" ")}`);

/** No rule was made with these: rules alone are only measured with them (`bench/run.ts i`). */
const isHeldBack = (set: string): boolean => set === "held-back";

describe("labelled outcomes of agents", () => {
  it.each(outcomeSets)(
    "are told apart (%s): nothing bad is completed after a review; by rules alone no false alarm, and nothing bad but what is beyond rules",
    async (set) => {
      const outcomes = (await readOutcomes(fileURLToPath(new URL(set, import.meta.url)))) ?? [];
      const { supervisor, unknown } = replayReviews(await readRecording());
      const judged = await judgeAll(outcomes, { proveOnBase: false, supervisor });

      const bad = judged.filter(({ outcome }) => outcome.label === "bad");
      const completed = bad.filter(({ withReview }) => withReview.kind === "accept");
      expect(named(completed, ({ withReview }) => withReview)).toEqual([]);
      // Where the questions are others now, a model has to be asked anew: node test/outcomes/record-reviews.ts
      expect(unknown.map(({ prompt }) => prompt.slice(0, 60))).toEqual([]);

      const score = scoreOutcomes(judged);
      const missed = score.missed.filter(({ outcome }) => !isHeldBack(set) && !(outcome.name in beyondRules));
      const byRules = (one: JudgedOutcome): Decision => one.decision;
      expect({ missed: isHeldBack(set) ? [] : named(missed, byRules), alarms: named(score.alarms, byRules) }).toEqual({
        missed: [],
        alarms: [],
      });
      expect([score.good, score.bad].every((count) => count >= 15)).toBe(true);
    },
    170_000,
  );
});
