import { dataNotice } from "../../domain/workflow/forward.ts";
import type { FailedItem } from "./options.ts";
import type { Group } from "./reduce-tree.ts";

const shownFailures = 20;
const failureLength = 300;

/** What the reducer is shown after what it is told to do: the parts, and what is missing. */
export function forwardedParts({ parts, isFinal }: Group, failed: readonly FailedItem[]): string {
  const share = isFinal
    ? "These are all the parts."
    : "These are some of the parts. What you make of them is combined with what is made of the others, by the same instructions: keep what that will need.";
  const shortened = parts.filter(({ shortenedFrom }) => shortenedFrom !== undefined).length;
  const cut = shortened === 0 ? [] : [`${shortened} of them were too long, and are cut off where they say so.`];
  const missing = failed.length === 0 ? [] : [failedText(failed)];
  const text = parts.map(({ text }) => text).join("");
  return [[share, ...cut].join(" "), ...missing, `${dataNotice}\n${text}`].join("\n\n");
}

function failedText(failed: readonly FailedItem[]): string {
  const shown = failed.slice(0, shownFailures);
  const lines = shown.map(({ name, error }) => `- ${name}: ${error.message.slice(0, failureLength)}`);
  const rest = failed.length - lines.length;
  const more = rest === 0 ? [] : [`- and ${rest} more`];
  return [`No result for ${failed.length} of the items. Say so in yours:`, ...lines, ...more].join("\n");
}
