import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { outsideOf } from "./leads-outside.ts";

const root = mkdtempSync(join(tmpdir(), "tutti-mentions-"));
const slot = join(root, "slot");
mkdirSync(join(slot, "docs"), { recursive: true });
writeFileSync(join(slot, "docs/spec.md"), "inside");
writeFileSync(join(root, "secret"), "outside");
symlinkSync(root, join(slot, "docs/out"));
symlinkSync("../secret", join(slot, "leak.txt"));
symlinkSync("nowhere", join(slot, "dangling"));
symlinkSync("docs", join(slot, "papers"));
symlinkSync(slot, join(root, "other-way"));

afterAll(() => rmSync(root, { recursive: true }));

test.each([
  "/etc/passwd",
  "/",
  "//etc/passwd",
  "/./etc",
  "~",
  "~/.aws/credentials",
  "..",
  "../",
  "..,",
  "../secret",
  "./docs/../../secret",
  "missing/../../secret",
  "docs/spec.md/../../../secret",
  `${slot}/../secret`,
  `${slot}-2/x`,
  "leak.txt",
  "leak.txt#L1-5",
  "leak.txt).",
  "LEAK.txt",
  "docs/out/secret",
  "docs/out",
  `${slot}/docs/out/secret`,
  "dangling",
])("%s leads outside", (path) => {
  expect(outsideOf(slot)(path)).toBe(true);
});

test.each([
  "docs/spec.md",
  "docs/spec.md#L1-5",
  "./docs/",
  "docs/../docs/spec.md",
  "papers/spec.md",
  slot,
  `${slot}/docs/spec.md`,
  "scope/name",
  "Injectable()",
  "...args",
  "~5",
  "/no-such-alias/Button",
  "@ -1,3 +1,4 @@",
  "",
])("%s stays inside", (path) => {
  expect(outsideOf(slot)(path)).toBe(false);
});

test("a slot whose own path has a symbolic link is the slot by either name", () => {
  const byLink = outsideOf(join(root, "other-way"));
  expect(byLink(`${slot}/docs/spec.md`)).toBe(false);
  expect(byLink(join(root, "other-way/papers/spec.md"))).toBe(false);
  expect(byLink(join(root, "secret"))).toBe(true);
});

test("a path that goes up more often than it has gone down leads outside, whatever is on its way", () => {
  const name = fc.constantFrom("a", "docs", "spec.md", ".", "");
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), fc.nat(3), (names, more) => {
      const down = names.filter((part) => part !== "" && part !== ".").length;
      const path = ["docs", ...names, ...Array.from({ length: down + 2 + more }, () => ".."), basename(root)];
      expect(outsideOf(slot)(path.join("/"))).toBe(true);
    }),
  );
});
