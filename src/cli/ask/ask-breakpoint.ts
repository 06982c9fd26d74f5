import { refusalOf, type BreakpointAnswerName } from "../../domain/breakpoint/answers.ts";
import type { Breakpoint, BreakpointAnswer } from "../../domain/breakpoint/breakpoint.ts";
import { optionMeanings } from "../../domain/breakpoint/check-answer.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Output } from "../output.ts";
import { closedText, questionLines } from "../render/question-text.ts";
import { oneLine } from "../render/terminal-text.ts";
import type { Terminal } from "../terminal.ts";
import { userName } from "../user-name.ts";
import { askWords, type Words } from "./ask-words.ts";
import { promptPerson } from "./prompt-person.ts";
import { showMore } from "./show-more.ts";
import { untilClosed } from "./until-closed.ts";

export type Asking = {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly application: Pick<
    Application,
    "breakpoint" | "breakpoints" | "resolveBreakpoint" | "task" | "patch" | "watch"
  >;
  /** Withdraws whatever is asked. */
  readonly stop: AbortSignal;
};

/** `settled`: it waits no more, whoever answered; `later`: it stays open; `left`: the person wants to be asked nothing more. */
export type AskEnd = "settled" | "later" | "left";

type Choice = BreakpointAnswerName | "more" | "later";

/** Puts one question to the person at the terminal, and stores the answer as `tutti breakpoint resolve` does. */
export async function askBreakpoint(
  asking: Asking,
  breakpoint: Breakpoint,
  place: { readonly number: number; readonly of: number },
): Promise<AskEnd> {
  const { terminal, output, application, stop } = asking;
  const { log } = await import("@clack/prompts");
  const style = output.style;
  const page = { columns: output.columns - guideWidth, style, place, now: Date.now() };
  log.message([...questionLines(breakpoint, page)], { output: terminal.output, symbol: style("yellow", "?") });
  await using closing = untilClosed(application, breakpoint.id, stop);
  for (;;) {
    const choice = await choose(asking, breakpoint, closing.signal);
    const words = choice === "more" ? undefined : await wordsOf(asking, { breakpoint, choice, until: closing.signal });
    if (stop.aborted) return "left";
    const closed = await closing.closed();
    if (closed !== undefined) {
      log.warn(closedText(closed), { output: terminal.output });
      return "settled";
    }
    if (choice === "later") return "later";
    if (choice === undefined || words === "left") return "left";
    if (choice === "more") await showMore(asking, breakpoint);
    else if (await answer(asking, breakpoint, { answer: choice, ...words })) return "settled";
  }
}

/** The line at the left of the library's questions. */
const guideWidth = 4;

type Option = { readonly value: Choice; readonly label: string; readonly hint: string };

/** What is proposed first is never the no. */
async function choose({ terminal }: Asking, breakpoint: Breakpoint, until: AbortSignal): Promise<Choice | undefined> {
  const { select, isCancel } = await import("@clack/prompts");
  const refusal = refusalOf({ kind: breakpoint.kind, isOfJob: breakpoint.taskId === undefined });
  const answers: readonly Option[] = optionMeanings(breakpoint).map(({ answer: value, means }) => ({
    value,
    label: value,
    hint: meansHere(value, means),
  }));
  const options: Option[] = [
    ...answers.filter(({ value }) => value !== refusal),
    ...answers.filter(({ value }) => value === refusal),
    { value: "more", label: "see more", hint: "all that is known, and the change" },
    { value: "later", label: "later", hint: `it stays open: tutti breakpoint resolve ${breakpoint.id} <answer>` },
  ];
  const choice = await promptPerson(terminal, until, (prompt) =>
    select({ message: "Your answer", options, ...prompt }),
  );
  return isCancel(choice) ? undefined : choice;
}

/** The meanings are those of the command, where flags say what is asked for here. */
function meansHere(answer: BreakpointAnswerName, means: string): string {
  if (answer === "raise") return "it may cost more, and goes on; you are asked how much";
  if (answer === "answer") return "your words go into the agent's conversation";
  return means.replace(/; go on with .*$/, "");
}

type Chosen = { readonly breakpoint: Breakpoint; readonly choice: Choice | undefined; readonly until: AbortSignal };

async function wordsOf({ terminal }: Asking, { breakpoint, choice, until }: Chosen): Promise<Words | "left"> {
  if (choice === undefined || choice === "more" || choice === "later" || until.aborted) return {};
  return askWords(terminal, { kind: breakpoint.kind, answer: choice, until });
}

/** @returns whether it is settled; what can't be answered so is asked again */
async function answer({ application, output }: Asking, { id }: Breakpoint, given: BreakpointAnswer): Promise<boolean> {
  try {
    await application.resolveBreakpoint(id, { ...given, by: userName() });
    return true;
  } catch (error) {
    if (!TuttiError.is(error) || error.code !== "BREAKPOINT_INVALID") throw error;
    output.stdout(`${oneLine(error.message)}\n${error.hint === undefined ? "" : `${error.hint}\n`}`);
    return false;
  }
}
