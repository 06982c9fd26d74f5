import { dataNotice } from "../../domain/prompt/data-block.ts";
import type { FailedItem, ReduceGiven } from "./options.ts";

const shownFailures = 20;
const failureLength = 300;

/** What the reducer is told: its instructions, what it is given, and what is missing. */
export function reducerPrompt(instructions: string, { parts, isFinal, failed }: ReduceGiven): string {
  const share = isFinal
    ? "These are all the parts."
    : "These are some of the parts. What you make of them is combined with what is made of the others by the same instructions: keep what those will need.";
  const shortened = parts.filter(({ shortenedFrom }) => shortenedFrom !== undefined).length;
  return [
    instructions,
    `${share} ${dataNotice}`,
    ...(shortened === 0 ? [] : [`${shortened} of them were too long and are cut off where it says so.`]),
    parts.map(({ text }) => text).join("\n"),
    ...(failed.length === 0 ? [] : [failedText(failed)]),
  ].join("\n\n");
}

function failedText(failed: readonly FailedItem[]): string {
  const lines = failed
    .slice(0, shownFailures)
    .map(({ name, error }) => `- ${name}: ${error.message.slice(0, failureLength)}`);
  const rest = failed.length - lines.length;
  return [
    `For ${failed.length} ${failed.length === 1 ? "item there is" : "items there are"} no result. Say so in what you make of the parts:`,
    ...lines,
    ...(rest === 0 ? [] : [`- and ${rest} more`]),
  ].join("\n");
}
