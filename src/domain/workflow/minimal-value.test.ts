import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { JsonObject } from "../json.ts";
import { minimalValue } from "./minimal-value.ts";

const schemaOf = (form: z.ZodType): JsonObject =>
  z.record(z.string(), z.json()).parse(z.toJSONSchema(form, { io: "input", target: "draft-7" }));

const leaf: fc.Arbitrary<z.ZodType> = fc.oneof(
  fc.constantFrom<z.ZodType>(
    ...[z.string(), z.boolean(), z.null(), z.json(), z.email(), z.url(), z.uuid(), z.iso.datetime(), z.literal("x")],
  ),
  fc.nat(20).map((length) => z.string().min(length)),
  fc.nat(20).map((length) => z.string().max(length)),
  fc.record({ least: fc.integer({ min: -50, max: 50 }), room: fc.nat(50) }).map(({ least, room }) =>
    z
      .number()
      .min(least)
      .max(least + room),
  ),
  fc
    .record({ least: fc.integer({ min: -50, max: 50 }), room: fc.integer({ min: 2, max: 50 }) })
    .map(({ least, room }) =>
      z
        .int()
        .gt(least)
        .lt(least + room),
    ),
  fc.integer({ min: 1, max: 9 }).map((step) => z.number().multipleOf(step).min(3)),
  fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((values) => z.enum(values)),
);

const formOf = (depth: number): fc.Arbitrary<z.ZodType> =>
  depth === 0
    ? leaf
    : fc.oneof(
        leaf,
        fc
          .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), formOf(depth - 1), { maxKeys: 4 })
          .map((shape) => z.object(shape)),
        fc.record({ form: formOf(depth - 1), least: fc.nat(3) }).map(({ form, least }) => z.array(form).min(least)),
        fc.tuple(formOf(depth - 1), formOf(depth - 1)).map((forms) => z.union(forms)),
        fc.tuple(formOf(depth - 1), formOf(depth - 1)).map((forms) => z.tuple(forms)),
        formOf(depth - 1).map((form) => form.optional()),
      );

describe("a minimal value", () => {
  it("has the form that its schema describes", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), formOf(2), { maxKeys: 4 }), (shape) => {
        const form = z.object(shape);
        expect(form.safeParse(minimalValue(schemaOf(form)).value).error).toBeUndefined();
      }),
    );
  });

  it("says what was taken where there was a choice", () => {
    const form = z.object({ verdict: z.enum(["good", "bad"]), isDone: z.boolean(), files: z.array(z.string()) });
    expect(minimalValue(schemaOf(form))).toEqual({
      value: { verdict: "good", isDone: true, files: ["something"] },
      assumptions: [
        { path: "verdict", taken: '"good"' },
        { path: "isDone", taken: "true" },
        { path: "files", taken: "1 in the list" },
      ],
    });
  });

  it("ends for a form that contains itself", () => {
    type Tree = { readonly children: readonly Tree[] };
    const tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => tree)) });
    expect(tree.safeParse(minimalValue(schemaOf(tree)).value).success).toBe(true);
  });
});
