import fc from "fast-check";
import { expect, it } from "vitest";

import { matchesText } from "./evaluate-condition.ts";

/** What a pattern means, in time that grows without bounds. */
function byRegExp(value: string, pattern: string, isOneCommand: boolean): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(isOneCommand ? String.raw`[^;&|<>$\x60()\r\n\\]*` : String.raw`[\s\S]*`)}$`).test(
    value,
  );
}

const text = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet.split("")), maxLength: 12 });

it("a pattern matches what its parts in their order leave to the stars", () => {
  fc.assert(
    fc.property(text("ab;\n "), text("ab;*"), fc.boolean(), (value, pattern, isOneCommand) => {
      expect(matchesText(value, pattern, isOneCommand)).toBe(byRegExp(value, pattern, isOneCommand));
    }),
    { numRuns: 20_000 },
  );
});

it("a long command of an agent is compared with a pattern of many stars at once", () => {
  const command = "rm -rf ".repeat(20_000);
  expect(matchesText(command, "*rm*-rf*rm*-rf*rm*-rf*!", false)).toBe(false);
  expect(matchesText(command, "rm*rf *", true)).toBe(true);
});
