import fc from "fast-check";
import { expect, it } from "vitest";

import { tailOf, TextTail } from "./text-tail.ts";

it("is the whole text where that is short enough", () => {
  expect(tailOf("a b\nc", 5)).toBe("a b\nc");
});

it("begins with a whole line, else with a whole word, else anywhere", () => {
  expect(tailOf("token abcdef\nnext line\nlast", 20)).toBe("next line\nlast");
  expect(tailOf("token abcdef next last", 15)).toBe("next last");
  expect(tailOf("x".repeat(20), 15)).toBe("x".repeat(15));
});

it("is an end of the text, at most so long, in whatever pieces it comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("a", " ", "\n") })),
      fc.integer({ min: 1, max: 30 }),
      (pieces, limit) => {
        const tail = new TextTail(limit);
        for (const piece of pieces) tail.add(piece);
        const text = pieces.join("");
        expect(text.endsWith(tail.text())).toBe(true);
        expect(tail.text().length).toBeLessThanOrEqual(limit);
        expect(tail.text()).toBe(tailOf(text, limit));
      },
    ),
  );
});
