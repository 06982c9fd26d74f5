import { jsParsers } from "./javascript-runners.ts";
import { otherParsers } from "./other-runners.ts";
import { toolParsers } from "./tools.ts";
import type { ReadResults, ResultParser } from "./test-counts.ts";

/** Those that come with Tutti; the ones whose output is told apart most surely go first. */
const knownParsers: readonly ResultParser[] = [...jsParsers, ...otherParsers, ...toolParsers];

/**
 * Reads what a command printed, or the end of it.
 * @param own - asked first
 * @returns `undefined` when it is no known runner's output
 */
export function readResults(output: string, own: readonly ResultParser[] = []): ReadResults | undefined {
  const plain = withoutColours(output);
  for (const { name, parse } of [...own, ...knownParsers]) {
    const counts = parse(plain);
    if (counts !== undefined) return { runner: name, ...counts };
  }
  return undefined;
}

// oxlint-disable-next-line no-control-regex -- terminals' colours begin with the control character ESC
const colours = /\u001B\[[0-9;?]*[A-Za-z]/g;

const withoutColours = (text: string): string => text.replaceAll(colours, "").replaceAll("\r\n", "\n");
