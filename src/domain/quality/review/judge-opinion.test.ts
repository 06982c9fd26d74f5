import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { ChangedFile } from "../judged-work/changed-file.ts";
import { qualityReport, judgedStage } from "../quality-settings.ts";
import { judgeOpinion, type ReviewedMaterial } from "./judge-opinion.ts";
import { requirementStatuses, type ReviewedRequirement, type ReviewOpinion } from "./review-opinion.ts";
import { reviewStanding, withReview } from "./review-standing.ts";

const material: ReviewedMaterial = {
  shown: "@@ -1,2 +1,2 @@\n-  return rows.slice(0, page);\n+  return rows.slice(page * size, (page + 1) * size);\n",
  changes: [],
  acceptanceCount: 0,
  hiddenCharacters: 0,
};

const met: ReviewedRequirement = {
  asked: "Page two begins after page one.",
  quote: "return rows.slice(page * size, (page + 1) * size);",
  why: "The slice begins at page * size",
  status: "met",
};

const best = { asked: 4, correct: 4, tested: 4, contained: 4, readable: 4 };

const opinion = (own: Partial<ReviewOpinion> = {}): ReviewOpinion => ({
  requirements: [met],
  criteria: best,
  findings: [],
  ...own,
});

const judge = (own: Partial<ReviewOpinion>, about: Partial<ReviewedMaterial> = {}) =>
  judgeOpinion(opinion(own), { ...material, ...about });

const points = fc.integer({ min: 0, max: 4 });
const opinions: fc.Arbitrary<ReviewOpinion> = fc.record({
  requirements: fc.array(
    fc.record({
      asked: fc.string(),
      quote: fc.constantFrom("", " \n", "...", "`}`", met.quote, "nowhere to be seen"),
      why: fc.string(),
      status: fc.constantFrom(...requirementStatuses),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  criteria: fc.record({ asked: points, correct: points, tested: points, contained: points, readable: points }),
  findings: fc.array(fc.record({ path: fc.string(), message: fc.string() }), { maxLength: 3 }),
});

const reportOf = (said: ReviewOpinion, about = material) => {
  const judged = { ...judgeOpinion(said, about), requirements: said.requirements };
  return qualityReport([judgedStage("review", judged, { threshold: 0.6, weight: 2 })]);
};

describe("a model's opinion of a change", () => {
  it("passes only with every requirement met on visible ground, and good points for what was asked", () => {
    fc.assert(
      fc.property(opinions, (said) => {
        const isGrounded = said.requirements.every(({ status, quote }) => status === "met" && quote === met.quote);
        const { asked, correct } = said.criteria;
        const isGood = isGrounded && asked >= 3 && correct >= 3;
        const standing = reviewStanding(reportOf(said));
        expect(standing === "passed").toBe(isGood && judgeOpinion(said, material).score >= 0.6);
        expect(standing === "failed").toBe(
          said.requirements.some(({ status }) => status === "unmet") || judgeOpinion(said, material).score < 0.6,
        );
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what is not met, with the reason for the next attempt", () => {
    const { findings, doubts } = judge({ requirements: [met, { ...met, status: "unmet", why: "page 0 is skipped" }] });
    expect(findings).toEqual([
      {
        code: "requirement-unmet",
        message: "Not done as asked: Page two begins after page one. page 0 is skipped.",
        severity: "blocker",
      },
    ]);
    expect(doubts).toEqual([]);
  });

  it("doubts what can't be told, and what is founded on a line that is not there", () => {
    expect(judge({ requirements: [{ ...met, status: "unclear", why: "The table isn't shown." }] }).doubts).toEqual([
      "The review can't tell: Page two begins after page one. The table isn't shown.",
    ]);
    expect(judge({ requirements: [{ ...met, quote: "return all;" }] }).doubts).toEqual([
      'The review calls it met and quotes what is not there: Page two begins after page one ("return all;").',
    ]);
  });

  it.each(["", "  \n", "...", "-", "```", "});"])(
    "doubts what it calls met without a line to show for it: %j",
    (quote) => {
      expect(judge({ requirements: [{ ...met, quote }] }).doubts).toEqual([
        "The review calls it met and shows no line for it: Page two begins after page one.",
      ]);
    },
  );

  const file = (path: string, own: Partial<ChangedFile> = {}): ChangedFile => ({
    ...{ path, status: "modified", kind: "file", isBinary: false, sizeBytes: 1 },
    ...own,
  });
  const lines = (removed: readonly string[], added: readonly string[]): Pick<ChangedFile, "text"> => ({
    text: { before: "", after: "", removed, added: added.map((text, index) => ({ number: index + 1, text })) },
  });
  const source = file("src/status.js", lines(["import { XmlWriter } from './xml.js';"], ["const names = {};"]));

  it.each([
    ["Nothing else that worked is broken, and nothing is done that nobody asked for.", source],
    ["Don't change slugify", source],
    ["test/status.test.js is to stay as it is", source],
    ["Don't change the tests", source],
    ["Leave the tests unchanged", file("test/new.test.js", { status: "added" })],
    ["Remove the XML export", source],
    ["logo.png goes", file("assets/logo.png", { status: "deleted", isBinary: true })],
  ])("believes without a line what asks for something not to be there: %s", (asked, change) => {
    expect(judge({ requirements: [{ ...met, asked, quote: "" }] }, { changes: [change] }).doubts).toEqual([]);
  });

  it.each([
    ["Nothing is logged for an empty list", source],
    ["src/status.js stays as it is", source],
    ["Don't change the tests", file("test/status.test.js")],
    ["Remove the CSV export", source],
    ["Delete *.tmp files", file("clean.sh", lines(["rm *.tmp"], ["rm -- *.tmp"]))],
    ["It must not fail for an empty list", source],
  ])("wants a line where there is one to show, or where the change says otherwise: %s", (asked, change) => {
    const { doubts } = judge({ requirements: [{ ...met, asked, quote: "" }] }, { changes: [change] });
    expect(doubts).toEqual([`The review calls it met and shows no line for it: ${asked}.`]);
  });

  it.each([
    "+  return rows.slice(page * size, (page + 1) * size);",
    "`return   rows.slice(page * size, (page + 1) * size)`",
    "return rows.slice(page * size, ... * size);",
    "- return rows.slice(0, page);\n+ return rows.slice(page * size,",
  ])("finds a quote in spite of marks, blanks and gaps: %j", (quote) => {
    expect(judge({ requirements: [{ ...met, quote }] }).doubts).toEqual([]);
  });

  it("doubts half a score for what was asked or for being right, whatever the rest is", () => {
    expect(judge({ criteria: { ...best, asked: 2 } }).doubts).toHaveLength(1);
    expect(judge({ criteria: { ...best, correct: 2, asked: 1 } }).doubts).toHaveLength(2);
    expect(judge({ criteria: { ...best, tested: 0 } }).doubts).toEqual([]);
  });

  it("doubts a review that left out acceptance criteria, or did not see the whole change", () => {
    expect(judge({}, { acceptanceCount: 3 }).doubts).toEqual([
      "The review says nothing about 2 of the 3 acceptance criteria.",
    ]);
    expect(judge({}, { hiddenCharacters: 7 }).doubts).toHaveLength(1);
  });
});

describe("what stands behind reviewed work", () => {
  const unproved = { level: "unproved", says: "no gate judged it" } as const;
  const tested = { level: "tested", says: "unit passed" } as const;

  it("is the review, where no gate has judged it, and both, where one has", () => {
    expect(withReview(unproved, reportOf(opinion()))).toEqual({
      level: "reviewed",
      says: "a model found what was asked met; no gate judged it",
    });
    expect(withReview(tested, reportOf(opinion({ requirements: [met, met] })))).toEqual({
      level: "tested",
      says: "unit passed; a model found all 2 requirements met",
    });
  });

  it("is no more than before, where the review has doubts or there is none", () => {
    const doubted = reportOf(opinion({ criteria: { ...best, correct: 2 } }));
    expect(withReview(unproved, doubted)).toBe(unproved);
    expect(withReview(unproved, { stages: [] })).toBe(unproved);
  });
});
