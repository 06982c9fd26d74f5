import { frequentFindings, type FeedbackEntry } from "../../domain/feedback/analyze.ts";
import type { StateManager } from "../../state/state-manager.ts";

const maxLessons = 5;
const maxLength = 240;
/** Once is chance. */
const leastTimes = 2;

/** What went wrong in this project before, again and again, and what people did not like: one line each, for prompts. */
export async function lessonsOf(state: Pick<StateManager, "feedback">): Promise<readonly string[]> {
  return lessonsFrom(await state.feedback.entries());
}

/** A fault in several attempts at one task is that task's; only what more than one task has shown is the project's. */
export function lessonsFrom(entries: readonly FeedbackEntry[]): readonly string[] {
  const failed = entries.filter(({ isGood }) => !isGood);
  const recurring = frequentFindings(failed).filter(
    ({ code, count }) => count >= leastTimes && tasksWith(failed, code) >= leastTimes && saysWhatToDo(code),
  );
  const faults = recurring.map(({ message, count }) => `Refused here ${count} times before: ${cut(message)}`);
  return [...dislikes(entries), ...faults].slice(0, maxLessons);
}

/** Neither the network's trouble nor that work did not hold tells an agent what to do better; a person's words about it do. */
const saysWhatToDo = (code: string): boolean => !code.startsWith("turn:") && code !== "not-held";

const tasksWith = (entries: readonly FeedbackEntry[], code: string): number =>
  new Set(entries.filter(({ findings }) => findings.some((one) => one.code === code)).map(({ taskId }) => taskId)).size;

/** The newest first: a person's words count also when they were said once. */
const dislikes = (entries: readonly FeedbackEntry[]): readonly string[] =>
  entries
    .filter(({ stars, note }) => stars !== undefined && stars <= 2 && note !== undefined)
    .toReversed()
    .slice(0, 2)
    .map(({ note = "" }) => `A person did not like earlier work: ${cut(note)}`);

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
