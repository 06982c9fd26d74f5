import { projectFile } from "../harness/project.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { judgeAll } from "../../test/outcomes/judge-all.ts";
import { readOutcomes } from "../../test/outcomes/read-outcomes.ts";
import { scoreOutcomes, type HalfScore } from "../../test/outcomes/score-outcomes.ts";

const halves = [
  { folder: "known", title: "known while the rules were made" },
  { folder: "unseen", title: "written independently, run after the rules stood" },
] as const;

/** How well rules alone tell bad work from good: labelled outcomes, judged as in a job, without any model. */
export const outcomesPart: Part = {
  title: "(i) Labelled outcomes of agents, judged by rules",
  run: async (options) => {
    const rows: string[] = [];
    const details: string[] = [];
    for (const { folder, title } of halves) {
      const { row, detail } = await half(folder, title, options);
      rows.push(row);
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
        ...details,
      ],
    };
  },
};

async function half(folder: string, title: string, { say }: PartOptions) {
  const outcomes = await readOutcomes(projectFile(`test/outcomes/${folder}`));
  if (outcomes === undefined)
    return { row: `| ${title} | absent | | | | | | |`, detail: [`The half "${folder}" is absent.`] };
  const score = scoreOutcomes(await judgeAll(outcomes));
  const cells = [score.good, score.bad, score.caught, score.missed.length, score.alarms.length].map(String);
  const row = `| ${[title, ...cells, share(score.precision), share(score.recall)].join(" | ")} |`;
  say(`  ${row}`);
  return { row, detail: detailsOf(folder, score) };
}

const share = (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3));

const detailsOf = (folder: string, { missed, alarms }: HalfScore): readonly string[] => [
  ...missed.map(({ outcome }) => `Accepted though bad (${folder}): ${outcome.name}.`),
  ...alarms.map(({ outcome, decision }) => `Refused though good (${folder}): ${outcome.name}: ${decision.reasons[0]}`),
];
