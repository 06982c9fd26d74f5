import type { Breakpoint, BreakpointContext } from "../../domain/breakpoint/breakpoint.ts";
import type { Json } from "../../domain/json.ts";
import type { Output } from "../output.ts";
import { aboutOf, contextFacts } from "./breakpoint-text.ts";
import { counted, formatClock, formatDateTime } from "./quantities.ts";
import { cut, oneLine, plainLines, wrap } from "./terminal-text.ts";

export type QuestionPage = Pick<Output, "columns" | "style"> & {
  /** Of the questions that are put one after another. */
  readonly place: { readonly number: number; readonly of: number };
  readonly now: number;
};

const shownReasons = 4;
const shownLines = 8;
const nameWidth = 12;

/** What a person needs to answer on the spot, in short: lines without a guide. All of it is in `breakpointText`. */
export function questionLines(breakpoint: Breakpoint, page: QuestionPage): readonly string[] {
  const { style, columns } = page;
  const { context, question, kind } = breakpoint;
  const { input, said } = context;
  const words = said === undefined ? [] : titled("the agent's words", tail(said), page);
  return [
    ...wrap(question, columns).map((line) => style("bold", line)),
    ...wrap(originOf(breakpoint, page), columns).map((line) => style("dim", line)),
    ...(kind === "question" ? words : []),
    ...shortFacts(context).flatMap(([name, value]) => factLines(name, value, columns)),
    // Its words say it all; the reasons say how it would go on without a person.
    ...(kind === "question" ? [] : reasonLines(context, columns)),
    ...(input === undefined ? [] : titled("with", inputLines(input), page)),
    // What it said before it wanted to use a tool is no part of that question.
    ...(kind === "question" || kind === "permission" ? [] : words),
  ];
}

/** That nothing was changed is no news about a question. */
const shortFacts = ({ diff, ...context }: BreakpointContext) =>
  contextFacts(diff === undefined || diff.files === 0 ? context : { ...context, diff });

function reasonLines({ reasons }: BreakpointContext, columns: number): readonly string[] {
  const more = reasons.length - shownReasons;
  const shown = reasons.slice(0, shownReasons).flatMap((reason) => wrap(`- ${reason}`, columns));
  return more > 0 ? [...shown, `- and ${more} more`] : shown;
}

function originOf(breakpoint: Breakpoint, { place, now }: QuestionPage): string {
  const { kind, rule, openedAt, timeoutAt } = breakpoint;
  const parts = [
    ...(place.of > 1 ? [`${place.number} of ${place.of}`] : []),
    aboutOf(breakpoint),
    rule === undefined ? kind : `${kind}, by the rule ${rule}`,
    `since ${timeOf(openedAt, now)}`,
    ...(timeoutAt === undefined ? [] : [`no at ${timeOf(timeoutAt, now)}`]),
  ];
  return parts.join(" · ");
}

const halfDayMs = 43_200_000;

/** With the day where it might not be today's. */
const timeOf = (at: number, now: number): string =>
  Math.abs(at - now) < halfDayMs ? formatClock(at) : formatDateTime(at);

function factLines(name: string, value: string, columns: number): readonly string[] {
  const [first = "", ...others] = wrap(value, columns - nameWidth);
  return [first, ...others].map((line, index) => `${(index === 0 ? name : "").padEnd(nameWidth)}${line}`);
}

const titled = (title: string, lines: readonly string[], { columns, style }: QuestionPage): readonly string[] => [
  style("dim", `${title}:`),
  ...lines.map((line) => `  ${cut(line, columns - 2)}`),
];

/** A single field as it is: for a command nobody wants to read JSON. */
function inputLines(input: Json): readonly string[] {
  const fields = typeof input === "object" && input !== null && !Array.isArray(input) ? Object.entries(input) : [];
  const texts = fields.flatMap(([name, value]) => (typeof value === "string" ? [`${name}: ${value}`] : []));
  const isFlat = texts.length > 0 && texts.length === fields.length;
  const lines = plainLines(isFlat ? texts.join("\n") : textOf(input));
  return lines.length <= shownLines
    ? lines
    : [...lines.slice(0, shownLines - 1), `… ${lines.length - shownLines + 1} more lines`];
}

const shortJson = 60;

function textOf(input: Json): string {
  if (typeof input === "string") return input;
  const inOneLine = JSON.stringify(input);
  return inOneLine.length <= shortJson ? inOneLine : JSON.stringify(input, null, 2);
}

/** What an agent asks stands at the end of what it says. */
function tail(said: string): readonly string[] {
  const lines = plainLines(said).filter((line) => line.trim() !== "");
  return lines.length <= shownLines ? lines : ["…", ...lines.slice(1 - shownLines)];
}

export type WaitingQuestions = {
  readonly fresh: number;
  /** What the person has put off. */
  readonly later: number;
};

/** What the display says while others work. */
export function invitationText({ fresh, later }: WaitingQuestions): string {
  const key = "press a to answer";
  if (fresh === 0) return `${counted(later, "question")} left for later: ${key}`;
  const others = later === 0 ? "" : `, ${later} left for later`;
  return `${counted(fresh, "question")} ${fresh === 1 ? "waits" : "wait"} for you${others}: ${key}`;
}

/** Why a job is carried on beside a question that nobody has answered. */
export const timerText = (at: number, now: number): string =>
  `note: a question waits for you (tutti breakpoint list); the workflow sleeps until ${timeOf(at, now)} and goes on then; Ctrl-C leaves it`;

/** How an open question came to its end without the person at this terminal. */
export function closedText({ status, answer, closedBy }: Pick<Breakpoint, "status" | "answer" | "closedBy">): string {
  const by = oneLine(closedBy ?? "nobody");
  if (status === "expired") return `The time for it is up: the answer is no (${answer?.answer ?? "none"}).`;
  if (status === "resolved") return `It was answered elsewhere: ${answer?.answer ?? "none"} (${by}).`;
  return `It needs no answer any more: ${by}.`;
}
