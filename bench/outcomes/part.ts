import { z } from "zod";

import firstLook from "../../test/outcomes/first-look.json" with { type: "json" };
import { projectFile } from "../harness/project.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { beyondRules } from "../../test/outcomes/beyond-rules.ts";
import { judgeAll } from "../../test/outcomes/judge-all.ts";
import { readOutcomes } from "../../test/outcomes/read-outcomes.ts";
import type { JudgedOutcome } from "../../test/outcomes/judge-outcome.ts";
import { readRecording, replayReviews, type Recording } from "../../test/outcomes/recorded-reviews.ts";
import { scoreOutcomes, type HalfScore } from "../../test/outcomes/score-outcomes.ts";
import { completedThoughBad, reviewHead, reviewRow } from "./reviewed.ts";

const sets = [
  { folder: "known", title: "known while the rules were made" },
  { folder: "unseen", title: "unseen: written independently" },
  { folder: "fresh", title: "fresh: written independently, later" },
  { folder: "last", title: "last: well-made lies, written from a list of how agents lie" },
  { folder: "held-back", title: "held back: well-made, written without any rule or rubric" },
] as const;

/** What the rules of a commit said to outcomes that nobody had looked at while they were made: a fact, kept by hand. */
const pair = z.object({ good: z.int(), bad: z.int() });
const firstLooks = z
  .record(
    z.string(),
    z.object({
      commit: z.string(),
      good: z.int(),
      bad: z.int(),
      caught: z.int(),
      alarms: z.int(),
      asked: pair.optional(),
      askedOnBase: pair.optional(),
    }),
  )
  .parse(firstLook);

/** How well bad work is told from good: labelled outcomes, judged as in a job, by rules alone and by rules and a review. */
export const outcomesPart: Part = {
  title: "(i) Labelled outcomes of agents, judged by rules and by a review",
  run: async (options) => {
    const recording = await readRecording();
    const reviews: string[] = [];
    const rows: string[] = [];
    const modes: string[] = [];
    const details: string[] = [];
    for (const { folder, title } of sets) {
      const { row, detail, mode, review } = await setOf(folder, title, { ...options, recording });
      rows.push(...firstRow(folder, title), row);
      modes.push(...firstModes(folder, title), ...mode);
      details.push(...detail);
      reviews.push(...review);
    }
    const head =
      "| outcomes | good | bad | refused of the bad | accepted of the bad | refused of the good | precision | recall |";
    return {
      groups: [],
      blocks: [
        [head, `|---|${"---:|".repeat(7)}`, ...rows].join("\n"),
        [modeHead, `|---|---|${"---:|".repeat(4)}`, ...modes].join("\n"),
        [reviewHead, ...reviews].join("\n"),
      ],
      versions: {},
      notes: [
        "Each outcome is made in a slot of a real repository, snapshotted, validated, judged by its gates and by the stages of the " +
          "quality control with their default settings, and decided on. In the first two tables no model is asked.",
        "Precision: of what was not accepted, the share that was bad. Recall: of what was bad, the share that was not accepted.",
        "The rules were made with the known ones, and mended after each first look. What they do with work that they don't know is told by " +
          "the rows *when first judged*; those that say *now* only show that nothing was lost since.",
        "A false completion is bad work that is accepted without a person. With `quality.unproved: ask` a person is asked about what nothing " +
          "judged; with `quality.proveOnBase` besides, also about what every gate lets pass without the change, too.",
        "By rules no mode has none at first sight: a gate that fails before and passes after proves the part that it looks at, and an agent may have " +
          "left out the rest.",
        "The last set was written after the rules by the hand that had made the newest of them and had read others before, from a list of how agents lie, and frozen before it was " +
          "judged; the earlier ones hold lazy and careless work, too, this one only what is well made.",
        "The set held back was written by somebody who had read neither the rules nor what a review is asked, and was first judged when both stood (d26c606). No rule " +
          "was made with it.",
        `The third table: rules, gates, then a review. Its answers were given once by a large model (${recording.model}) through the adapter for OpenAI's protocol to the very questions that a ` +
          "job asks, some thirty questions in one conversation, the labels unknown to it, and are replayed from `test/outcomes/reviews.json`; nothing in the questions was changed after the first answer, but that six were asked anew when a file named with `./` was no longer shown twice. " +
          "A smaller model will do worse: `node test/outcomes/record-reviews.ts` measures yours.",
        "*Review alone*: every rule for answers and changes is off; gates, footprints and expected outputs are looked at as ever.",
        ...details,
      ],
    };
  },
};

/** As they were judged the first time: after that the rules know them, too. */
function firstRow(folder: string, title: string): readonly string[] {
  const first = firstLooks[folder];
  if (first === undefined) return [];
  const { commit, good, bad, caught, alarms } = first;
  const cells = [good, bad, caught, bad - caught, alarms].map(String);
  const shares = [share(caught / (caught + alarms)), share(caught / bad)];
  return [`| ${[`${title}, **when first judged** (rules of ${commit})`, ...cells, ...shares].join(" | ")} |`];
}

const modeHead = "| outcomes | mode | false completions | bad, asked about | good, asked about | good |";

const asking = "`unproved: ask`";
const askingOnBase = "`unproved: ask`, `proveOnBase: true`";

type ModeCounts = {
  readonly missed: number;
  readonly asked: { readonly bad: number; readonly good: number };
  readonly good: number;
};

const modeRow = (title: string, mode: string, { missed, asked, good }: ModeCounts): string =>
  `| ${[title, mode, missed - asked.bad, asked.bad, asked.good, good].join(" | ")} |`;

function firstModes(folder: string, title: string): readonly string[] {
  const first = firstLooks[folder];
  if (first?.asked === undefined || first.askedOnBase === undefined) return [];
  const { bad, caught, good, asked, askedOnBase } = first;
  const name = `${title}, **when first judged**`;
  const missed = bad - caught;
  return [
    modeRow(name, "default", { missed, asked: { bad: 0, good: 0 }, good }),
    modeRow(name, asking, { missed, asked, good }),
    modeRow(name, askingOnBase, { missed, asked: askedOnBase, good }),
  ];
}

async function setOf(
  folder: string,
  title: string,
  { say, recording }: PartOptions & { readonly recording: Recording },
) {
  const outcomes = await readOutcomes(projectFile(`test/outcomes/${folder}`));
  if (outcomes === undefined)
    return {
      row: `| ${title} | absent | | | | | | |`,
      detail: [`The set "${folder}" is absent.`],
      mode: [],
      review: [],
    };
  const { supervisor, unknown } = replayReviews(recording);
  const judged = await judgeAll(outcomes, { proveOnBase: false, supervisor });
  const alone = await judgeAll(outcomes, { proveOnBase: false, supervisor, rules: "off" });
  const score = scoreOutcomes(judged);
  const cells = [score.good, score.bad, score.caught, score.missed.length, score.alarms.length].map(String);
  const row = `| ${[`${title}, now`, ...cells, share(score.precision), share(score.recall)].join(" | ")} |`;
  say(`  ${row}`);
  const onBase = scoreOutcomes(await judgeAll(outcomes, { proveOnBase: true }));
  const mode = [
    modeRow(`${title}, now`, asking, modeCounts(score)),
    modeRow(`${title}, now`, askingOnBase, modeCounts(onBase)),
  ];
  const review = [reviewRow(title, "rules, then review", judged), reviewRow(title, "review alone", alone)];
  const gaps = unknown.length === 0 ? [] : [`${unknown.length} questions of the set "${folder}" are not recorded.`];
  return { row, detail: [...detailsOf(folder, score), ...completedIn(folder, judged), ...gaps], mode, review };
}

const modeCounts = ({ missed, asked, good }: HalfScore): ModeCounts => ({ missed: missed.length, asked, good });

const share = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

const completedIn = (folder: string, judged: readonly JudgedOutcome[]): readonly string[] =>
  completedThoughBad(judged).map((name) => `Completed after a review though bad (${folder}): ${name}.`);

const detailsOf = (folder: string, { missed, alarms }: HalfScore): readonly string[] => [
  ...missed.map(
    ({ outcome }) =>
      `By rules accepted though bad (${folder}): ${outcome.name}: ${beyondRules[outcome.name] ?? outcome.why}`,
  ),
  ...alarms.map(({ outcome, decision }) => `Refused though good (${folder}): ${outcome.name}: ${decision.reasons[0]}`),
];
