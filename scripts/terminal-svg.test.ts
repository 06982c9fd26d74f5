import { expect, it } from "vitest";

import { piecesOf, terminalSvg } from "./terminal-svg.ts";

it("takes a line apart by its colours and keeps the columns", () => {
  const { pieces, after } = piecesOf("a \u001b[1;32mgreen\u001b[0m b\u001b[2m");
  expect(pieces).toEqual([
    { colour: undefined, isBold: false, isDim: false, column: 0, text: "a " },
    { colour: "#7ee787", isBold: true, isDim: false, column: 2, text: "green" },
    { colour: undefined, isBold: false, isDim: false, column: 7, text: " b" },
  ]);
  expect(after.isDim).toBe(true);
});

it("draws every line in its place, with what XML would take for itself written out", () => {
  const svg = terminalSvg("one <1s & more\n\n\u001b[31mthree\u001b[39m\n\n", 'A "title"');
  expect(svg).toContain("<title>A &quot;title&quot;</title>");
  expect(svg).toContain(">one &lt;1s &amp; more</tspan>");
  expect([...svg.matchAll(/<text y="(\d+)">/g)].map(([, y]) => Number(y))).toEqual([30, 68]);
  expect(svg).toContain('fill="#ff7b72">three');
  expect(svg).toContain('height="89"');
});
