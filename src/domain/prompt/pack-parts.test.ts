import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bySize, mostTokens } from "./estimate-tokens.ts";
import { packParts } from "./pack-parts.ts";
import type { PromptPart } from "./prompt-part.ts";
import { cutMark } from "./shorten-text.ts";

const { count } = bySize;

const part = fc.record({
  priority: fc.oneof(fc.constant("required" as const), fc.integer({ min: 1, max: 5 })),
  text: fc.string({ unit: "binary", minLength: 1, maxLength: 600 }),
});

const parts: fc.Arbitrary<readonly PromptPart[]> = fc
  .array(part, { maxLength: 12 })
  .map((drawn) => drawn.map((one, index) => ({ ...one, name: `p${index}` })));

const budget = fc.integer({ min: 0, max: 900 });

const rank = (priority: PromptPart["priority"]): number => (priority === "required" ? Infinity : priority);

describe("parts that are packed into a budget", () => {
  it("never take more than it, unless what is required alone does", () => {
    fc.assert(
      fc.property(parts, budget, (given, maxTokens) => {
        const packed = packParts(given, { maxTokens, count });
        const sum = (of: readonly { readonly tokens: number }[]): number =>
          of.reduce((all, one) => all + one.tokens, 0);
        const required = packed.filter(({ priority }) => priority === "required");
        expect(sum(packed)).toBeLessThanOrEqual(Math.max(maxTokens, sum(required)));
        for (const { text, tokens } of packed) expect(count(text)).toBe(tokens);
      }),
    );
  });

  it("keep what is required whole, and leave nothing out that goes before what is kept", () => {
    fc.assert(
      fc.property(parts, budget, (given, maxTokens) => {
        const packed = packParts(given, { maxTokens, count });
        expect(packed.map(({ name }) => name)).toEqual(given.map(({ name }) => name));
        const required = (of: readonly PromptPart[]) =>
          of.filter(({ priority }) => priority === "required").map(({ text }) => text);
        expect(required(packed)).toEqual(required(given));
        const least = Math.min(...packed.filter(({ text }) => text !== "").map(({ priority }) => rank(priority)));
        const cut = packed.filter(({ status }) => status !== "kept").map(({ priority }) => rank(priority));
        expect(Math.max(0, ...cut)).toBeLessThanOrEqual(least);
        expect(packed.filter(({ status }) => status === "shortened").length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("are the same each time, all there where there is room, and say why they are not", () => {
    fc.assert(
      fc.property(parts, budget, (given, maxTokens) => {
        const packed = packParts(given, { maxTokens, count });
        expect(packParts(given, { maxTokens, count })).toEqual(packed);
        expect(packParts(given, { maxTokens: Infinity, count }).map(({ text }) => text)).toEqual(
          given.map(({ text }) => text),
        );
        for (const { status, reason, fullTokens, tokens } of packed) {
          expect(reason === undefined).toBe(status === "kept");
          expect(tokens).toBeLessThanOrEqual(Math.max(fullTokens, count(cutMark)));
        }
      }),
    );
  });

  it("are shortened at their end, and never inside a character", () => {
    const given = [{ name: "a", priority: 1, text: "😀".repeat(200) }];
    const [packed] = packParts(given, { maxTokens: 50, count });
    expect(packed?.status).toBe("shortened");
    expect(packed?.text).toMatch(/^(😀)+… \(shortened\)$/u);
  });

  it("say when somebody had cut them before", () => {
    const [packed] = packParts([{ name: "a", priority: 1, text: "b", cutBefore: "too long" }], { maxTokens: 9, count });
    expect(packed).toMatchObject({ status: "shortened", reason: "too long", text: "b" });
  });
});

it("no estimate by size is larger than the most tokens that a text can have", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => count(text) <= mostTokens(text)));
});
