import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, displayWidth, fit, oneLine, plainLines, plainPiece, wrap } from "./terminal-text.ts";

describe("text on a terminal", () => {
  it.each([
    ["plain", 5],
    ["日本", 4],
    ["한글", 4],
    ["🚀", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["🇩🇪", 2],
    ["é", 1],
    ["e\u0301", 1],
    ["\u001B[31mred\u001B[39m", 3],
    ["✓●▲⊘–…░█", 8],
    ["zero\u200Bwidth", 9],
  ])("measures %j as %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it("cuts before a wide character that would not fit whole", () => {
    expect(cut("日本語", 6)).toBe("日本語");
    expect(cut("日本語", 5)).toBe("日本…");
    expect(cut("日本語", 4)).toBe("日…");
    expect(cut("text", 1)).toBe("…");
    expect(cut("text", 0)).toBe("");
  });

  it("fits any text into exactly the wanted width", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 30 }).map(oneLine);
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(displayWidth(fit(text, width))).toBe(width);
      }),
    );
  });

  it("makes one harmless line of anything", () => {
    expect(oneLine("a\u001B[2J\r\nb\u0007\u202Ec\t d")).toBe("a b c d");
    const anyText = fc.string({
      unit: fc.constantFrom("a", "\u001B", "[", "2", "J", "\n", "\u009B", "]", "\u0007", "\u202E", " "),
    });
    fc.assert(
      fc.property(anyText, (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\u202E]/u);
      }),
    );
  });

  it("keeps the lines of a text and nothing else of its control characters", () => {
    expect(plainLines("a\r\n\u001B[31mb\u001B[0m\tc\rd\n")).toEqual(["a", "b  cd"]);
  });

  it("takes them out of a piece that is still coming, whose blanks at its ends stay", () => {
    expect(["a \u001B[31mb ", "\u001B", "[2Jc\r\n"].map(plainPiece)).toEqual(["a b ", "", "[2Jc\n"]);
  });

  it("breaks lines at blanks and leaves long words whole", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("/a/very/long/path x", 5)).toEqual(["/a/very/long/path", "x"]);
    expect(wrap("", 5)).toEqual([]);
  });
});
