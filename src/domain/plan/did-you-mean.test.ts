import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, editDistance } from "./did-you-mean.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });

describe("editDistance", () => {
  it("is zero for equal words only, symmetric, and at most the longer length", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  it.each([
    ["kitten", "sitting", 3],
    ["build", "biuld", 1],
    ["", "abc", 3],
  ])("turns %s into %s in %i edits", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });
});

describe("didYouMean", () => {
  it("ignores case and separators", () => {
    expect(didYouMean("Depends_On", ["key", "dependsOn"])).toBe("dependsOn");
  });

  it("offers nothing when nothing is near", () => {
    expect(didYouMean("colour", ["key", "title", "prompt"])).toBeUndefined();
  });

  it("gives the nearest, and of equals the first", () => {
    expect(didYouMean("tets", ["tasks", "test", "text"])).toBe("test");
    expect(didYouMean("bat", ["cat", "bar"])).toBe("cat");
  });
});
