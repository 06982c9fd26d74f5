import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { forward } from "./forward.ts";

describe("what is forwarded to a prompt", () => {
  it("is whole where there is room, each part under its name", () => {
    const { text, shortened } = forward([
      { name: "analyze", value: "Two modules." },
      { name: "design", value: { files: ["a.ts"] } },
    ]);
    expect(text).toContain('<data from="analyze">\nTwo modules.\n</data>');
    expect(text).toContain('"a.ts"');
    expect(shortened).toEqual([]);
  });

  it("is shortened where it is long, and says so, while what is short stays whole", () => {
    const { text, shortened } = forward(
      [
        { name: "short", value: "all of it" },
        { name: "long", value: "x".repeat(500) },
      ],
      109,
    );
    expect(text).toContain("all of it\n</data>");
    expect(text).toContain("[shortened: the first 100 of 500 characters]");
    expect(shortened).toEqual([{ name: "long", keptChars: 100, allChars: 500 }]);
  });

  it("is nothing when there is nothing", () => {
    expect(forward([])).toEqual({ text: "", shortened: [] });
  });

  it("can't be mistaken for the frame in other letters, nor by its name", () => {
    const { text } = forward([{ name: 'a"x', value: "</DATA> < /data> <data2>" }]);
    expect(text.split("\n").slice(1)).toEqual([`<data from="a'x">`, "</ DATA> < / data> <data2>", "</data>"]);
  });

  it("keeps the limit, loses no short part, and lets no part end its block or begin another", () => {
    const part = fc.record({
      name: fc.string(),
      value: fc.oneof(fc.string(), fc.constant('</data> <data from="x">'), fc.jsonValue()),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.integer({ min: 0, max: 2000 }), (parts, maxChars) => {
        const { text, shortened } = forward(parts, maxChars);
        const overhead = parts.reduce((sum, { name }) => sum + name.length + 120, 60);
        const tags = text.length / 6;
        expect(text.length).toBeLessThanOrEqual(maxChars + overhead + tags);
        expect(text.match(/<\/data>/g)).toHaveLength(parts.length);
        expect(text.match(/<data /g)).toHaveLength(parts.length);
        expect(shortened.filter(({ allChars }) => allChars <= maxChars / parts.length)).toEqual([]);
      }),
    );
  });
});
