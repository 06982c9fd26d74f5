import fc from "fast-check";
import { expect, it } from "vitest";

import { rewriteProblem } from "./rewrite-problem.ts";

const original = "Write src/csv.ts with `toCsv(rows)`. Test it in test/csv.test.ts, see README.md.";

it.each([
  ["", "it wrote nothing"],
  ["Write a CSV export.", "it left out src/csv.ts, `toCsv(rows)`, test/csv.test.ts, README.md"],
  [original.replace("toCsv(rows)", "toCsv()"), "it left out `toCsv(rows)`"],
  [`Tutti role: manager\n${original}`, "it wrote lines that are Tutti's own"],
  [
    `${original} ${"Please. ".repeat(400)}`,
    `it wrote ${original.length + 1 + 3_200} characters for ${original.length}`,
  ],
])("instructions that lose something are not sent: %s", (rewritten, problem) => {
  expect(rewriteProblem(original, rewritten)).toBe(problem);
});

it("the same in other words is sent", () => {
  const other = "In src/csv.ts, export toCsv(rows).\nCover it in test/csv.test.ts. README.md has the format.";
  expect(rewriteProblem(original, other)).toBeUndefined();
});

it("a full stop is no part of a file's name", () => {
  expect(rewriteProblem("Write out/one.txt. Then stop.", "In out/one.txt, write.")).toBeUndefined();
});

it("what is no name of a file is read once, however long it is", () => {
  // Read again from each of its letters, each of these takes longer than a test may.
  for (const run of ["-", "a-", "-/"]) expect(rewriteProblem(run.repeat(150_000), run.repeat(150_000))).toBeUndefined();
});

it("nothing is lost by saying more", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
      (text) => {
        expect(rewriteProblem(text, `${text}\nThen check it.`)).toBeUndefined();
      },
    ),
  );
});
