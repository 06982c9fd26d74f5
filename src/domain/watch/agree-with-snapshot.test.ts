import fc from "fast-check";
import { expect, test } from "vitest";
import { agreeWithSnapshot, type ResultFile } from "./agree-with-snapshot.ts";

const file = (path: string, hash: string | null = "h", size: number | null = 1): ResultFile => ({
  kind: "added",
  path,
  size,
  hash,
});

test("what was seen and is in the snapshot with the same content agrees", () => {
  expect(agreeWithSnapshot([file("a"), file("b", null, 5)], [file("a"), file("b", null, 5)])).toEqual({
    missed: [],
    undone: [],
  });
});

test("what the snapshot has and nobody saw is missed, also a later content and a deletion", () => {
  const deleted: ResultFile = { kind: "deleted", path: "c", size: null, hash: null };
  const result = [file("a", "new"), file("b"), deleted];
  expect(agreeWithSnapshot([file("a", "old"), file("c")], result)).toEqual({ missed: result, undone: [] });
});

test("what was seen and is not in the snapshot was undone", () => {
  expect(agreeWithSnapshot([file("a"), file("tmp"), { ...file("tmp"), kind: "deleted" }], [file("a")])).toEqual({
    missed: [],
    undone: ["tmp"],
  });
});

const anyFile: fc.Arbitrary<ResultFile> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("added" as const, "modified" as const),
    path: fc.constantFrom("a", "b", "c", "d"),
    size: fc.constantFrom(1, 2),
    hash: fc.constantFrom("x", "y", null),
  }),
  fc.record({
    kind: fc.constant("deleted" as const),
    path: fc.constantFrom("a", "b", "c", "d"),
    size: fc.constant(null),
    hash: fc.constant(null),
  }),
);

test("with what was missed the history agrees: nothing is missed twice, and every path is either undone or in the result", () => {
  const result = fc.uniqueArray(anyFile, { selector: ({ path }) => path });
  fc.assert(
    fc.property(fc.array(anyFile), result, (history, files) => {
      const { missed, undone } = agreeWithSnapshot(history, files);
      expect(agreeWithSnapshot([...history, ...missed], files).missed).toEqual([]);
      const paths = new Set([...history, ...missed].map(({ path }) => path));
      expect(new Set([...undone, ...files.map(({ path }) => path)])).toEqual(paths);
    }),
  );
});
