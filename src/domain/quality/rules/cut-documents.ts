import { addedOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/**
 * Guides that end in the middle: no compiler looks at them, so that nobody but their readers would notice. Only the end counts,
 * and only when this change wrote it.
 */
export const cutDocuments = ({ changes }: JudgedWork): readonly RuleFinding[] =>
  changes
    .filter((file) => file.status !== "deleted" && file.kind !== "symlink" && document.test(file.path))
    .flatMap((file) => {
      const how = howCut(file);
      if (how === undefined) return [];
      return [{ code: "file-truncated", path: file.path, message: `${file.path} ${how}. Write the whole file.` }];
    });

const document = /\.(?:md|mdx|markdown|rst|adoc)$/i;

function howCut(file: ChangedFile): string | undefined {
  const after = file.text?.after.trimEnd() ?? "";
  const last = after.slice(after.lastIndexOf("\n") + 1);
  if (after === "" || !addedOf(file).some(({ text }) => text.trimEnd() === last)) return undefined;
  if (hasOpenFence(after) && !hasOpenFence(file.text?.before ?? "")) return "ends in an open block of code";
  return endsInSentence(after, last) ? "ends in the middle of a sentence" : undefined;
}

/** A fence is closed by one of the same signs, at least as long, with nothing behind it. */
function hasOpenFence(text: string): boolean {
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const [, fence = "", info = ""] = /^\s{0,9}(?:>\s*|[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === "") continue;
    if (open === undefined) open = info.includes("`") ? undefined : fence;
    else if (fence.startsWith(open) && info.trim() === "") open = undefined;
  }
  return open !== undefined;
}

/** Titles, tables, lists, links, code and mark-up may end with anything. */
const isParagraph = (line: string): boolean =>
  !/^\s*(?:#|\||>|[-*+:]\s|\d+[.)]\s|<|\[|!\[|\.\.|=|`|:)|^\s{4,}/.test(line);

const comesMore =
  /(?:[,(]|\b(?:the|a|an|and|or|but|of|to|with|for|from|by|because|that|which|into|on|at|than|while|whose|is|are|was|were|its|their|your|our|these|those|if|when|such as|between|without|using|der|die|das|und|oder|mit|von|zu|für))$/i;

const ends = /[.!?:;…。！？)\]"'”’»*_`|>]$/u;

/** A word after which something has to come; or no stop, where every other paragraph of the document has one. */
function endsInSentence(after: string, last: string): boolean {
  if (!isParagraph(last) && !/^\s*(?:[-*+]|\d+[.)])\s/.test(last)) return false;
  const words = last.trim().split(/\s+/u).length;
  if (words >= 4 && comesMore.test(last.trim())) return true;
  if (!isParagraph(last) || words < 6 || ends.test(last.trim())) return false;
  const paragraphs = after
    .split(/\n\s*\n/u)
    .slice(0, -1)
    .map((block) => block.trimEnd().split("\n").at(-1) ?? "")
    .filter((line) => isParagraph(line) && line.trim().split(/\s+/u).length >= 4);
  return paragraphs.length >= 2 && paragraphs.every((line) => ends.test(line.trim()));
}
