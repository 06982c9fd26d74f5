import { execFile } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

import { z } from "zod";

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
  /** Kills after each record, or after the last alone; before each in any case. */
  readonly after: "each" | "last";
  /** A line for each kill: those that stand there for this commit are not done again. Default: none. */
  readonly log: string | undefined;
};

/** The part of the page that this writes; a pattern that is not looked at now keeps its row. */
export const patternMarkers = { begin: "<!-- patterns -->", end: "<!-- /patterns -->" } as const;

type Outcome = { readonly kill: PatternKill; readonly survival: PatternSurvival };

/**
 * Kills whole jobs of every ready workflow, with the fake agent, at each record of the workflow's journal.
 * @returns whether all held
 */
export async function crashPatterns(request: PatternsRequest): Promise<boolean> {
  const { only, out } = request;
  let hasHeld = true;
  for (const each of patternCases.filter(({ workflow }) => new RegExp(only).test(workflow))) {
    const whole = await undisturbedPattern(each);
    const outcomes = await killAll(each, whole, request);
    const problems = outcomes.flatMap(problemsOf);
    hasHeld &&= problems.length === 0;
    const row = await tableRow(each.workflow, whole, outcomes);
    process.stdout.write(`${[row, ...problems].join("\n")}\n`);
    await writeRow(out, row);
  }
  return hasHeld;
}

async function killAll(
  each: PatternCase,
  whole: PatternEnd,
  { jobs, after, log }: PatternsRequest,
): Promise<readonly Outcome[]> {
  const commit = await measuredCommit();
  const about = { workflow: each.workflow, commit };
  const outcomes = log === undefined ? [] : await outcomesIn(log, about);
  const isDone = (kill: PatternKill): boolean => outcomes.some((known) => nameOfKill(known.kill) === nameOfKill(kill));
  const left = killsOf(whole, after)
    .filter((kill) => !isDone(kill))
    .values();
  const one = async (): Promise<void> => {
    for (const kill of left) {
      const outcome = { kill, survival: await survivePattern(each, whole, kill) };
      outcomes.push(outcome);
      if (log !== undefined) await appendFile(log, `${JSON.stringify({ ...about, ...outcome })}\n`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, one));
  return outcomes;
}

const killsOf = ({ records }: PatternEnd, after: PatternsRequest["after"]): readonly PatternKill[] =>
  Array.from({ length: records }, (_, index) => index + 1).flatMap((record): PatternKill[] => [
    { side: "before", record },
    ...(after === "each" || record === records ? [{ side: "after", record } as const] : []),
  ]);

const nameOfKill = ({ side, record }: PatternKill): string => `${side} ${record}`;

type About = { readonly workflow: string; readonly commit: string };

const logged = z.object({
  workflow: z.string(),
  commit: z.string(),
  kill: z.custom<PatternKill>(),
  survival: z.custom<PatternSurvival>(),
});

async function outcomesIn(log: string, about: About): Promise<Outcome[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const all = lines.map((line) => logged.parse(JSON.parse(line)));
  return all.filter(({ workflow, commit }) => workflow === about.workflow && commit === about.commit);
}

const problemsOf = ({ kill: { side, record }, survival: { problems } }: Outcome): readonly string[] =>
  problems.map((problem) => `  ${side} record ${record}: ${problem}`);

async function tableRow(name: string, { records }: PatternEnd, outcomes: readonly Outcome[]): Promise<string> {
  const broken = outcomes.filter(({ survival }) => survival.problems.length > 0);
  const again = outcomes.reduce((sum, { survival }) => sum + survival.repeated.length, 0);
  const named = broken.map(({ kill }) => nameOfKill(kill)).join(", ");
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
it is about has happened by then), another one just after; \`tutti resume\` follows. Where there is one kill more than there are
records, it was done before each of them and after the last: these are all boundaries of the journal, without the moment that
lies between a record and what comes next (\`--after last\`).

It **held** when the resume ended with 0 and the same output; the branch has the same files and each task's commit once; every
agent was asked once, but for those in a turn at that moment, which may be asked once more (counted under *asked again*); no
command ran again but the one whose end was not recorded; and all that is said above of tasks, steps, the user's checkout,
the repository and processes.

| workflow | records | kills | asked again | result | commit |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
