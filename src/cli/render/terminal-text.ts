import { stripVTControlCharacters } from "node:util";

const controls = /\p{Cc}+/gu;
const controlsExceptLineEnds = /(?!\n)\p{Cc}/gu;

/** Characters that reorder what stands around them: text of an agent must not disguise what a person approves. */
const bidirectional = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text of others in one line: no escape sequence, no control character, blanks single. */
export const oneLine = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(bidirectional, "")
    .replaceAll(controls, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();

/** Text of others with its lines kept: no escape sequence and no other control character. */
export const plainLines = (text: string): readonly string[] =>
  stripVTControlCharacters(text)
    .replaceAll(bidirectional, "")
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", "  ")
    .replaceAll(controlsExceptLineEnds, "")
    .trimEnd()
    .split("\n");

/** The same for a piece of a text that is still coming. */
export const plainPiece = (piece: string): string =>
  stripVTControlCharacters(piece)
    .replaceAll(bidirectional, "")
    .replaceAll("\t", "  ")
    .replaceAll(controlsExceptLineEnds, "");

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

const isInvisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

/** Unicode's wide and full-width blocks (UAX #11), and what is drawn as a picture. */
const isWide =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u4DBF\u4E00-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18CFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}])/u;

const printableAscii = /^[\u0020-\u007E]*$/;

/** Columns that a text takes on a terminal. Escape sequences take none. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (isInvisible.test(grapheme)) return 0;
  return isWide.test(grapheme) ? 2 : 1;
}

/** Cuts a text without escape sequences to a number of columns; what was cut off is an ellipsis. */
export function cut(text: string, width: number): string {
  if (width <= 0) return "";
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Makes a text exactly so many columns wide. */
export const fit = (text: string, width: number): string => padTo(cut(text, width), width);

export const padTo = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)));

export const padLeft = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - displayWidth(text))) + text;

/** Breaks a text at blanks into lines of at most `width` columns; a longer word stands alone and whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of oneLine(text).split(" ")) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
