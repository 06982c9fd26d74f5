import { expect, it } from "vitest";

import { isForeground } from "./is-in-foreground.ts";

const stat = (group: number, ofTerminal: number): string =>
  `4711 (node (a) b) S 1 ${group} 4700 34816 ${ofTerminal} 4194304 98 0 0`;

it("is in the foreground when its group has the terminal, or when there is no terminal to have", () => {
  expect(isForeground(stat(4711, 4711))).toBe(true);
  expect(isForeground(stat(4711, 4700))).toBe(false);
  expect(isForeground(stat(4711, -1))).toBe(true);
  expect(isForeground("something else")).toBe(true);
});
