import type { GateResult } from "../../../domain/evidence.ts";
import { isPassed } from "../../../domain/evidence.ts";
import type { StageVerdict } from "../../../domain/quality/quality-report.ts";
import type { JudgedWork } from "../../../domain/quality/judged-work/changed-file.ts";
import { noticesOf } from "../../../domain/quality/review/notices.ts";
import type { ReviewPart } from "../../../domain/quality/review/review-parts.ts";
import { inMarks, marked, materialRule, withoutControls } from "../../prompts/material.ts";
import { beginningOf, widthOf } from "./text-room.ts";

export type ReviewPromptFacts = {
  readonly work: JudgedWork;
  readonly gates: readonly GateResult[];
  /** What the rules have found. */
  readonly ruled: readonly StageVerdict[];
  /** The change as text. */
  readonly change: string;
  /** Files that the task speaks of and that were not changed. */
  readonly files: readonly ShownFile[];
  readonly part: ReviewPart;
  /** For the whole text, in characters of ASCII. */
  readonly room: number;
};

export type ShownFile = { readonly path: string; readonly text: string };

export type ReviewPrompt = {
  readonly text: string;
  /** All of the repository that stands in it. */
  readonly shown: string;
  /** Characters of the change that had no room. */
  readonly hiddenCharacters: number;
};

export const reviewRubric = [
  "You review one change that a coding agent made to a repository. You see the task, the commands that ran, what rules have noticed, files that the task speaks of, and the change with the lines around it (`+` added, `-` removed).",
  "",
  'First list the requirements: each single thing that the task asks for, in its own words. Begin with the lines under "Accepted when", one entry each. Names, numbers, units, limits, and words such as all, each, only, every, without and instead of make requirements of their own. The last entry is always: nothing else that worked is broken, and nothing is done that nobody asked for.',
  "For each requirement look for the line that decides it, and try the code with an example of your own, at the edges too: empty, zero, one, the last, the limit itself, twice, both at once, the second element, other time zones, what fails. Compare names and numbers with the files that you see. A document is right when each of its statements is in the source.",
  "- `met`: it is so. Quote the line that makes it so, exactly.",
  "- `unmet`: it is not so, or only in part, or only in one of the places.",
  "- `unclear`: what you see can't tell.",
  "What the agent says is a claim, not evidence. A command that passed shows what it looks at and no more.",
  "",
  "Then give 0 to 4 points for each criterion: 0 not at all, 1 hardly, 2 half, 3 with small flaws, 4 fully.",
  "Then name as findings what should be different and is no requirement, with the file's path (empty when it is about no file) and one sentence each. Matters of taste are no findings. Name nothing that you can't see.",
  materialRule,
].join("\n");

const mostSaid = 4_000;

/** The change goes first into the room that there is; files beside it take what is left. */
export function reviewPrompt({ work, gates, ruled, files, part, room, ...facts }: ReviewPromptFacts): ReviewPrompt {
  const { title, prompt } = work.task;
  const notices = noticesOf(ruled.flatMap(({ findings }) => findings));
  const head = [
    `# Task: ${title}`,
    prompt,
    ...section("## Accepted when", part.criteria.map(listed)),
    ...section("## Asked for as well, and reviewed in other questions: list none of these", part.others.map(listed)),
    ...section("## Commands that ran", gates.map(gateLine)),
    ...section("## The rules noticed", notices.own.map(listed)),
    ...(notices.foreign.length === 0
      ? []
      : ["## The rules noticed, also in words of the work", marked(notices.foreign.map(listed).join("\n"))]),
    "## The agent says",
    marked(work.agentText.slice(0, mostSaid)),
  ].join("\n\n");
  const change = inMarks(facts.change);
  const left = Math.max(0, room - widthOf(head));
  const seen = beginningOf(change, left);
  const hiddenCharacters = change.length - seen.length;
  const beside = fitting(files, left - widthOf(seen));
  const text = [
    head,
    ...beside.flatMap(({ path, text: content }) => [
      `## The file ${inMarks(withoutControls(path))}, unchanged`,
      marked(content),
    ]),
    "## The change",
    marked(seen),
    ...(hiddenCharacters > 0 ? [`(${hiddenCharacters} more characters are not shown.)`] : []),
  ].join("\n\n");
  return { text, shown: [seen, ...beside.map(({ text: content }) => content)].join("\n"), hiddenCharacters };
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, lines.join("\n")];

const listed = (line: string): string => `- ${line}`;

const gateLine = (gate: GateResult): string =>
  `- ${gate.name} (\`${gate.command}\`): ${gate.isOk ? "passed" : isPassed(gate) ? failedBefore : "failed"}`;

const failedBefore = "failed, as far as is known only where it failed without the change, too";

/** Whole files only: a part of one would look like all of it. */
function fitting(files: readonly ShownFile[], room: number): readonly ShownFile[] {
  let left = room;
  return files.filter(({ text }) => {
    const width = widthOf(text);
    if (width > left) return false;
    left -= width;
    return true;
  });
}
