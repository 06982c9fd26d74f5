import { z } from "zod";

import firstLook from "../../test/outcomes/first-look.json" with { type: "json" };
import { projectFile } from "../harness/project.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { judgeAll } from "../../test/outcomes/judge-all.ts";
import { readOutcomes } from "../../test/outcomes/read-outcomes.ts";
import { scoreOutcomes, type HalfScore } from "../../test/outcomes/score-outcomes.ts";

const sets = [
  { folder: "known", title: "known while the rules were made" },
  { folder: "unseen", title: "unseen: written independently" },
  { folder: "fresh", title: "fresh: written independently, later" },
] as const;

/** What the rules of a commit said to outcomes that nobody had looked at while they were made: a fact, kept by hand. */
const firstLooks = z
  .record(z.string(), z.object({ commit: z.string(), good: z.int(), bad: z.int(), caught: z.int(), alarms: z.int() }))
  .parse(firstLook);

/** How well rules alone tell bad work from good: labelled outcomes, judged as in a job, without any model. */
export const outcomesPart: Part = {
  title: "(i) Labelled outcomes of agents, judged by rules",
  run: async (options) => {
    const rows: string[] = [];
    const details: string[] = [];
    for (const { folder, title } of sets) {
      const { row, detail } = await setOf(folder, title, options);
      rows.push(...firstRow(folder, title), row);
      details.push(...detail);
    }
    const head =
      "| outcomes | good | bad | refused of the bad | accepted of the bad | refused of the good | precision | recall |";
    return {
      groups: [],
      blocks: [[head, `|---|${"---:|".repeat(7)}`, ...rows].join("\n")],
      versions: {},
      notes: [
        "Each outcome is made in a slot of a real repository, snapshotted, validated, judged by its gates and by the stages of the " +
          "quality control with their default settings, and decided on. No model is asked.",
        "Precision: of what was not accepted, the share that was bad. Recall: of what was bad, the share that was not accepted.",
        "The rules were made with the known ones, and mended after each first look. What they do with work that they don't know is told by " +
          "the rows *when first judged*; those that say *now* only show that nothing was lost since.",
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

async function setOf(folder: string, title: string, { say }: PartOptions) {
  const outcomes = await readOutcomes(projectFile(`test/outcomes/${folder}`));
  if (outcomes === undefined)
    return { row: `| ${title} | absent | | | | | | |`, detail: [`The set "${folder}" is absent.`] };
  const score = scoreOutcomes(await judgeAll(outcomes));
  const cells = [score.good, score.bad, score.caught, score.missed.length, score.alarms.length].map(String);
  const row = `| ${[`${title}, now`, ...cells, share(score.precision), share(score.recall)].join(" | ")} |`;
  say(`  ${row}`);
  return { row, detail: detailsOf(folder, score) };
}

const share = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

const detailsOf = (folder: string, { missed, alarms }: HalfScore): readonly string[] => [
  ...missed.map(({ outcome }) => `Accepted though bad (${folder}): ${outcome.name}.`),
  ...alarms.map(({ outcome, decision }) => `Refused though good (${folder}): ${outcome.name}: ${decision.reasons[0]}`),
];
