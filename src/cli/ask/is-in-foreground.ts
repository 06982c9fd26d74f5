import { readFileSync } from "node:fs";

import type { TerminalInput } from "../terminal.ts";

/**
 * Whether keys reach this process: one that runs in the background of its terminal is stopped as soon as it listens to it.
 * Where the system doesn't say so, it does.
 */
export function isInForeground({ isTTY }: Pick<TerminalInput, "isTTY">): boolean {
  if (isTTY !== true) return true;
  try {
    return isForeground(readFileSync("/proc/self/stat", "utf8"));
  } catch {
    return true;
  }
}

/** @param stat - as in proc(5). The program's name, in parentheses, may hold blanks */
export function isForeground(stat: string): boolean {
  const [, , group, , , ofTerminal] = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(" ");
  // Without a terminal of its own nobody stops it.
  return group === ofTerminal || !(Number(ofTerminal) > 0);
}
