import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkAnswer } from "./structured-answer.ts";

const schema = {
  type: "object",
  properties: { count: { type: "integer" }, note: { type: "string" } },
  required: ["count"],
};

describe("a structured answer", () => {
  it("is found whatever the model puts around it", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (count, note) => {
        const json = JSON.stringify({ count, note });
        const value = { count, note };
        expect(checkAnswer(json, schema)).toEqual({ value });
        expect(checkAnswer(`\n\`\`\`json\n${json}\n\`\`\`\n`, schema)).toEqual({ value });
        expect(checkAnswer(`<think>\nIs { it }?\n</think>\n\n${json}`, schema)).toEqual({ value });
      }),
    );
  });

  it.each([
    ['{"count": 26E430}', "count"],
    ['{"count": 1.5}', "count"],
    ['{"note": "x"}', "count"],
    ["[]", "the answer"],
    ["", "it is empty"],
    ["I would say five.", '"I would say five."'],
    ['{"count": 1', "no JSON"],
  ])("that is not what was asked for says why: %s", (text, what) => {
    expect(checkAnswer(text, schema)).toEqual({ problem: expect.stringContaining(what) });
  });
});
