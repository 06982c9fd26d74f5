import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

import { patternCases, type PatternCase } from "../test/support/crash/patterns/pattern-cases.ts";
import {
  survivePattern,
  undisturbedPattern,
  type PatternEnd,
  type PatternKill,
  type PatternSurvival,
} from "../test/support/crash/patterns/survive-pattern.ts";

export type PatternsRequest = {
  /** Patterns whose names match. */
  readonly only: string;
  readonly out: string;
  /** Jobs at once. */
  readonly jobs: number;
};

/** The part of the page that this writes; a pattern that is not looked at now keeps its row. */
export const patternMarkers = { begin: "<!-- patterns -->", end: "<!-- /patterns -->" } as const;

type Outcome = { readonly kill: PatternKill; readonly survival: PatternSurvival };

/**
 * Kills whole jobs of every ready workflow, with the fake agent, at each record of the workflow's journal.
 * @returns whether all held
 */
export async function crashPatterns({ only, out, jobs }: PatternsRequest): Promise<boolean> {
  let hasHeld = true;
  for (const each of patternCases.filter(({ workflow }) => new RegExp(only).test(workflow))) {
    const whole = await undisturbedPattern(each);
    const outcomes = await killAll(each, whole, jobs);
    const problems = outcomes.flatMap(problemsOf);
    hasHeld &&= problems.length === 0;
    const row = await tableRow(each.workflow, whole, outcomes);
    process.stdout.write(`${[row, ...problems].join("\n")}\n`);
    await writeRow(out, row);
  }
  return hasHeld;
}

async function killAll(each: PatternCase, whole: PatternEnd, jobs: number): Promise<readonly Outcome[]> {
  const kills = Array.from({ length: whole.records }, (_, index) => index + 1).flatMap((record): PatternKill[] => [
    { side: "before", record },
    { side: "after", record },
  ]);
  const outcomes: Outcome[] = [];
  const left = kills.values();
  const one = async (): Promise<void> => {
    for (const kill of left) outcomes.push({ kill, survival: await survivePattern(each, whole, kill) });
  };
  await Promise.all(Array.from({ length: jobs }, one));
  return outcomes;
}

const problemsOf = ({ kill: { side, record }, survival: { problems } }: Outcome): readonly string[] =>
  problems.map((problem) => `  ${side} record ${record}: ${problem}`);

async function tableRow(name: string, { records }: PatternEnd, outcomes: readonly Outcome[]): Promise<string> {
  const broken = outcomes.filter(({ survival }) => survival.problems.length > 0);
  const again = outcomes.reduce((sum, { survival }) => sum + survival.repeated.length, 0);
  const named = broken.map(({ kill: { side, record } }) => `${side} ${record}`).join(", ");
  const held = broken.length === 0 ? "all held" : `**${outcomes.length - broken.length} held**; broken: ${named}`;
  return `| \`${name}\` | ${records} | ${outcomes.length} | ${again} | ${held} | ${await measuredCommit()} |`;
}

/** What was built and is run; with what stands in the working tree besides. */
async function measuredCommit(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)("git", [...args])).stdout.trim();
  const changed = (await git("status", "--porcelain", "src", "test/support")) === "" ? "" : " and changes";
  return `${await git("rev-parse", "--short", "HEAD")}${changed}`;
}

async function writeRow(out: string, row: string): Promise<void> {
  const page = await readFile(out, "utf8");
  const { begin, end } = patternMarkers;
  const [before = "", rest = ""] = page.split(begin);
  const [part = "", after = ""] = rest.split(end);
  const rows = [...part.split("\n").filter((line) => line.startsWith("| `") && nameOf(line) !== nameOf(row)), row];
  const order = patternCases.map(({ workflow }) => workflow);
  const sorted = rows.toSorted((one, other) => order.indexOf(nameOf(one)) - order.indexOf(nameOf(other)));
  await writeFile(out, `${before.trimEnd()}\n\n${begin}\n${section(sorted)}\n${end}\n${after.trimStart()}`);
}

const nameOf = (row: string): string => /^\| `([^`]+)`/.exec(row)?.[1] ?? "";

const section = (rows: readonly string[]): string => `
## Patterns

Made by \`npm run crash -- patterns\`. A job of each ready workflow runs as a user starts it, with the fake agent and two workers.
Its coordinator is cut short by SIGKILL at each record of the workflow's journal: one job just before the record is made (what
it is about has happened by then), another one just after; \`tutti resume\` follows.

It **held** when the resume ended with 0 and the same output; the branch has the same files and each task's commit once; every
agent was asked once, but for those in a turn at that moment, which may be asked once more (counted under *asked again*); no
command ran again but the one whose end was not recorded; and all that is said above of tasks, steps, the user's checkout,
the repository and processes.

| workflow | records | kills | asked again | result | commit |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
