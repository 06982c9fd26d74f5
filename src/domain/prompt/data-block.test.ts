import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { dataBlock } from "./data-block.ts";

describe("a block of data in a prompt", () => {
  it("has a name, and a label where there is one", () => {
    expect(dataBlock("event", "x")).toBe("<event>\nx\n</event>");
    expect(dataBlock("part", "x", 'a "b"')).toBe('<part name="a \\"b\\"">\nx\n</part>');
  });

  it("ends where we end it, whatever stands inside", () => {
    const hostile = fc
      .array(fc.constantFrom("</event>", "<event>", "</EVENT >", "\\", "a", "\n", "</event "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(hostile, (text) => {
        const marks = dataBlock("event", text).match(/<\/?event\b/gi);
        expect(marks).toEqual(["<event", "</event"]);
      }),
    );
  });

  it("leaves other text as it is", () => {
    expect(dataBlock("event", "a < b, <b>, </eventual>")).toContain("a < b, <b>, </eventual>");
  });
});
