import { describe, expect, it } from "vitest";

import { hasPrice } from "./model-alias.ts";

const november = Date.UTC(2026, 10, 20);

describe("hasPrice", () => {
  it.each(["opus", "sonnet", "haiku", "fable", "best", "sonnet[1m]", "claude-opus-4-5-20251101"])(
    "knows what %s costs",
    (model) => {
      expect(hasPrice(model, november)).toBe(true);
    },
  );

  it.each(["claude-nobody-1", "gateway/some-model", "us.anthropic.claude-sonnet-5-5-v1:0"])(
    "doesn't know what %s costs",
    (model) => {
      expect(hasPrice(model, november)).toBe(false);
    },
  );
});
