import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const names = ["sonnet", "opus", "haiku", "workerTimeoutMs", "workers"];

test.each([
  ["sonet", "sonnet"],
  ["Opsu", "opus"],
  ["worker_timeout_ms", "workerTimeoutMs"],
  ["worker", "workers"],
  ["gpt-9", undefined],
  ["", undefined],
])("%j is taken for %j", (written, meant) => {
  expect(nearestName(written, names)).toBe(meant);
});

test("a name that exists is its own nearest, and one slip of the keyboard is forgiven", () => {
  const slip = fc.tuple(fc.constantFrom(...names), fc.nat(20), fc.constantFrom("x", "q"));
  fc.assert(
    fc.property(slip, ([name, at, letter]) => {
      expect(nearestName(name, names)).toBe(name);
      const position = at % name.length;
      expect(nearestName(name.slice(0, position) + letter + name.slice(position + 1), names)).toBe(name);
      expect(nearestName(name.slice(0, position) + letter + name.slice(position), names)).toBe(name);
    }),
  );
});
