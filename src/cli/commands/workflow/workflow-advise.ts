import { advise, type Advice, type ScoredWay } from "../../../domain/workflow/advise.ts";
import type { Way } from "../../../domain/workflow/ways.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import { builtInWorkflows } from "../../../patterns/index.ts";
import type { Cli } from "../../cli.ts";
import type { Output } from "../../output.ts";
import { oneLine, wrap } from "../../render/terminal-text.ts";

/** `tutti workflow advise`: which pattern fits a goal, and why. Nothing is started and nobody is asked. */
export function workflowAdviseCommand({ output }: Cli, goal: string): Promise<number> {
  if (goal.trim() === "") {
    throw new TuttiError("GOAL_EMPTY", "The goal is empty", {
      hint: 'Say what is to be done: tutti workflow advise "Review every module for security"',
    });
  }
  const advice = advise(goal);
  const command = commandFor(advice.way, goal);
  if (output.isJson) output.stdout(`${JSON.stringify({ goal, ...advice, ...command })}\n`);
  else output.stdout(adviceText(advice, command, output));
  return Promise.resolve(exitCodes.done);
}

type Suggested = {
  /** A ready workflow of the pattern; absent where there is none. */
  readonly workflow?: string;
  readonly command: string;
};

function commandFor(way: Way, goal: string): Suggested {
  if (way === "one-agent") return { command: `tutti delegate ${quoted(goal)}` };
  const ready = builtInWorkflows.find(({ pattern }) => pattern === way);
  if (ready === undefined) return { command: `tutti run ${quoted(goal)}` };
  const { name, inputSchema } = ready;
  const input = { goal };
  const takesGoal = inputSchema.safeParse(input).success;
  const command = takesGoal
    ? `tutti workflow run ${name} --input ${quoted(JSON.stringify(input))}`
    : `tutti workflow show ${name}`;
  return { workflow: name, command };
}

/** For `sh`: nothing in it means anything. */
const quoted = (text: string): string => `'${oneLine(text).replaceAll("'", `'\\''`)}'`;

function adviceText(advice: Advice, { command, workflow }: Suggested, { columns, style }: Output): string {
  const { oneAgent, runnersUp, confidence } = advice;
  const list = (lines: readonly string[]): readonly string[] =>
    lines.flatMap((line) =>
      wrap(line, Math.max(40, columns - 4)).map((part, at) => `${at === 0 ? "  " : "    "}${part}`),
    );
  const unsure = { clear: "", close: " (another one has nearly as much for it)", unsure: " (little speaks for any)" };
  return [
    `${style("bold", titleOf(advice.way))}: ${advice.scenario}${unsure[confidence]}`,
    ...list(reasonLines(advice)),
    "",
    ...(oneAgent.length === 0
      ? []
      : [advice.way === "one-agent" ? "Why not more agents:" : "Think of one agent alone:", ...list(oneAgent), ""]),
    ...(runnersUp.length === 0 ? [] : ["Else:", ...list(runnersUp.map(runnerUp)), ""]),
    `${workflow === undefined ? "Start it" : `Ready as the workflow ${workflow}`}: ${command}`,
    "",
  ].join("\n");
}

const titleOf = (way: Way): string =>
  way === "plan" ? "a plan by the manager" : way === "one-agent" ? "one agent" : way;

const reasonLines = ({ reasons }: ScoredWay): readonly string[] =>
  reasons.map(({ words, shows }) => `"${oneLine(words)}": ${shows}`);

const runnerUp = (way: ScoredWay): string => `${way.way}, ${way.scenario}: ${reasonLines(way).join("; ")}`;
