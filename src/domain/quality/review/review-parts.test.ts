import fc from "fast-check";
import { expect, it } from "vitest";

import { mostRequirements } from "./review-opinion.ts";
import { reviewParts, unitedParts, type JudgedPart } from "./review-parts.ts";

const criteria = fc.uniqueArray(fc.string(), { maxLength: 200 });

it("criteria that one answer has room for are one question, and more are several with room to spare", () => {
  fc.assert(
    fc.property(criteria, (all) => {
      const parts = reviewParts(all);
      expect(parts.flatMap((part) => part.criteria)).toEqual(all);
      const isOne = all.length <= mostRequirements;
      expect(parts.length === 1).toBe(isOne);
      const sizes = parts.map((part) => part.criteria.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(isOne ? mostRequirements : mostRequirements - 6);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

it("every question knows what the others are about", () => {
  fc.assert(
    fc.property(criteria, (all) => {
      for (const part of reviewParts(all)) {
        expect([...part.criteria, ...part.others].toSorted()).toEqual(all.toSorted());
      }
    }),
  );
});

it("parts together are as good as the worst, and say everything once", () => {
  const note = { code: "review-finding", message: "Rename it.", severity: "note" } as const;
  const part = (own: Partial<JudgedPart>): JudgedPart => ({
    score: 1,
    findings: [note],
    doubts: [],
    requirements: [],
    ...own,
  });
  const met = { asked: "A", quote: "a", why: "a", status: "met" } as const;
  expect(
    unitedParts([part({ requirements: [met] }), part({ score: 0.5, doubts: ["why"] }), part({ doubts: ["why"] })]),
  ).toEqual({ score: 0.5, findings: [note], doubts: ["why"], requirements: [met] });
});
