import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { packGroups, partOf, reduceTree, type Group } from "./reduce-tree.ts";

const limits = fc.record({ maxTokens: fc.integer({ min: 1_000, max: 3_000 }), fanIn: fc.integer({ min: 2, max: 7 }) });

const texts = fc.array(
  fc.record({ letter: fc.constantFrom("a", "ä", "語", "</data>"), length: fc.integer({ min: 0, max: 9_000 }) }),
  { minLength: 1, maxLength: 40 },
);

describe("groups of parts", () => {
  it("hold everything once and in order, no more than fits, and are as few as going through the list allows", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 6 }), (list, fanIn) => {
        const groups = packGroups(list, { maxTokens: 100, fanIn });
        expect(groups.flat()).toEqual(list.map((_, index) => index));
        const total = (group: readonly number[]): number => group.reduce((sum, index) => sum + (list[index] ?? 0), 0);
        for (const [index, group] of groups.entries()) {
          expect(group.length).toBeLessThanOrEqual(fanIn);
          expect(total(group)).toBeLessThanOrEqual(100);
          const [next] = groups[index + 1] ?? [];
          const isFull = next === undefined || group.length === fanIn || total([...group, next]) > 100;
          expect(isFull).toBe(true);
        }
      }),
    );
  });
});

describe("a tree of reductions", () => {
  it("brings every item to the root once and in order, with no call over its limit, and comes to an end", async () => {
    await fc.assert(
      fc.asyncProperty(texts, limits, fc.integer({ min: 0, max: 9_000 }), async (items, limit, outputLength) => {
        const leaves = items.map(({ letter, length }, index) =>
          partOf([index], { heading: `item ${index}`, text: letter.repeat(length) }, limit),
        );
        const asked: Group[] = [];
        const { value, calls, levels } = await reduceTree<readonly number[]>(leaves, {
          limits: limit,
          reduceAll: async (groups) => {
            asked.push(...groups);
            return groups.map(({ parts }) => ({ value: parts.flatMap((part) => part.items) }));
          },
          textOf: (_, reached) => ({ heading: `${reached.length} items`, text: "x".repeat(outputLength) }),
        });
        expect(value).toEqual(items.map((_, index) => index));
        expect(calls).toBe(asked.length);
        expect(asked.filter(({ isFinal }) => isFinal)).toEqual([asked.at(-1)]);
        expect(levels).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(items.length)));
        for (const { parts } of asked) {
          expect(parts.length).toBeLessThanOrEqual(limit.fanIn);
          const tokens = parts.reduce((sum, { text }) => sum + bySize.count(text), 0);
          expect(tokens).toBeLessThanOrEqual(limit.maxTokens);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("says of a part that it was too long, and how long", () => {
    const part = partOf([0], { heading: "long", text: "word ".repeat(10_000) }, { maxTokens: 1_000, fanIn: 2 });
    expect(part.shortenedFrom).toBeGreaterThan(12_000);
    expect(part.text).toContain("… (shortened)\n</data>");
    expect(bySize.count(part.text)).toBeLessThanOrEqual(500);
  });
});
