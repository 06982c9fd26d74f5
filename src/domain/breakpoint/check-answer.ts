import { TuttiError } from "../errors.ts";
import { didYouMean } from "../plan/did-you-mean.ts";
import { breakpointAnswers, meaningOf, type BreakpointAnswerName } from "./answers.ts";
import type { Breakpoint, BreakpointAnswer } from "./breakpoint.ts";

/** @throws {TuttiError} `BREAKPOINT_INVALID` naming what may be answered */
export function checkAnswer(breakpoint: Breakpoint, { answer, note, amountUsd }: BreakpointAnswer): void {
  const { id, status, options, closedBy } = breakpoint;
  if (status !== "open") {
    const given = breakpoint.answer === undefined ? "" : `: ${breakpoint.answer.answer}`;
    throw invalid(breakpoint, `Breakpoint ${id} is ${status}${given} (${closedBy ?? "nobody"})`, {
      hint: "List those that are open: tutti breakpoint list",
    });
  }
  if (!options.includes(answer)) {
    throw invalid(breakpoint, `Breakpoint ${id} can't be answered with ${answer}`, { hint: optionsText(breakpoint) });
  }
  if (answer === "answer" && (note ?? "").trim() === "") {
    throw invalid(breakpoint, `Breakpoint ${id} asks for an answer in words`, { hint: 'Say it: --note "<text>"' });
  }
  if (answer === "raise" && !(amountUsd !== undefined && amountUsd > 0)) {
    throw invalid(breakpoint, `Breakpoint ${id} asks for an amount`, {
      hint: "Say by how many US dollars: --amount 5",
    });
  }
  if (answer !== "raise" && amountUsd !== undefined) {
    throw invalid(breakpoint, `An amount says nothing beside ${answer}`, { hint: "Leave --amount out" });
  }
}

/**
 * An answer as somebody wrote it.
 * @throws {TuttiError} `BREAKPOINT_INVALID` naming what may be answered
 */
export function readAnswer(breakpoint: Breakpoint, written: string | undefined): BreakpointAnswerName {
  const found = breakpointAnswers.find((answer) => answer === written);
  if (found !== undefined) return found;
  if (written === undefined) {
    throw invalid(breakpoint, `Breakpoint ${breakpoint.id} needs an answer`, { hint: optionsText(breakpoint) });
  }
  const meant = didYouMean(written, breakpoint.options);
  const message = `"${written}" is no answer${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  throw invalid(breakpoint, message, { hint: optionsText(breakpoint) });
}

export const optionsText = ({ options }: Pick<Breakpoint, "options">): string => `Answer with ${options.join(", ")}`;

/** What each answer would do. */
export const optionMeanings = ({ kind, taskId, options }: Pick<Breakpoint, "kind" | "taskId" | "options">) =>
  options.map((answer) => ({ answer, means: meaningOf({ kind, isOfJob: taskId === undefined }, answer) }));

const invalid = ({ id, options }: Breakpoint, message: string, { hint }: { readonly hint: string }): TuttiError =>
  new TuttiError("BREAKPOINT_INVALID", message, { hint, context: { breakpoint: id, options: [...options] } });
