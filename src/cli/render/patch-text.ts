import type { Style } from "./style.ts";
import { plainLines } from "./terminal-text.ts";

/** A patch for a person: coloured, and without what an agent's file could do to a terminal. */
export const patchLines = (patch: string, style: Style): readonly string[] =>
  patch === "" ? [] : plainLines(patch).map((line) => coloured(line, style));

function coloured(line: string, style: Style): string {
  if (/^(diff |index |--- |\+\+\+ )/.test(line)) return style("bold", line);
  if (line.startsWith("@@")) return style("cyan", line);
  if (line.startsWith("+")) return style("green", line);
  return line.startsWith("-") ? style("red", line) : line;
}
