import { readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer";
import { describe, expect, it } from "vitest";

import { estimateTokens } from "./estimate-tokens.ts";

const files = [
  "../../README.md",
  "../compose.ts",
  "../../docs/guide/safety.md",
  "../../schema/tutti.config.schema.json",
];

describe("an estimate of tokens", () => {
  it.each(files)("is rather too high than too low, and by less than two: %s", (file) => {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    const share = estimateTokens(text) / countTokens(text);
    expect(share).toBeGreaterThan(0.95);
    expect(share).toBeLessThan(2);
  });

  it("counts what is not English by the letter", () => {
    expect(estimateTokens("監督モデル")).toBe(5);
    expect(estimateTokens("監督モデル".repeat(10))).toBeGreaterThanOrEqual(countTokens("監督モデル".repeat(10)));
  });

  it("is at once there for a text without blanks", () => {
    expect(estimateTokens("a".repeat(3_200_000))).toBe(1_000_000);
  });
});
