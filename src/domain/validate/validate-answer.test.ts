import { describe, expect, it } from "vitest";
import { validateAnswer, type AnswerFacts } from "./validate-answer.ts";

const facts: AnswerFacts = {
  text: "Done.",
  isTruncated: false,
  changes: [{ path: "src/a.ts", status: "modified" }],
  isAnswerOnly: false,
  present: new Set(["src/a.ts", "src/b.ts"]),
  ignored: new Set(),
  hasTestChange: false,
  rules: {},
};

const codesOf = (some: Partial<AnswerFacts>): readonly string[] =>
  validateAnswer({ ...facts, ...some }).map(({ code }) => code);

describe("validateAnswer", () => {
  it.each([
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}',
    "I changed a.ts.\n\nAPI Error: Request timed out.",
    "Prompt is too long",
    "Error: ENOSPC: no space left on device, write",
  ])("refuses an error as last words: %s", (text) => {
    expect(codesOf({ text })).toContain("error-as-answer");
  });

  it.each([
    "A 529 is tried again now. API errors of other kinds are thrown as before.",
    "Error: messages name the line now.",
    "The handler answers `Error: not found` with 404 for what is missing.",
  ])("takes words about errors for words: %s", (text) => {
    expect(codesOf({ text })).toEqual([]);
  });

  it.each([
    "I've prepared the imports.\n\nShall I go ahead with this approach?",
    "The first file is migrated. Would you like me to continue with the remaining ones?",
    "Would you like me to proceed?",
    "Let me know if I should proceed.",
  ])("refuses to be asked for leave: %s", (text) => {
    expect(codesOf({ text })).toContain("question-instead-of-work");
  });

  it.each([
    "Sorted by score. Would you like me to switch that to a locale-aware comparison?",
    "Done. Shall I also update the docs?",
    "Done. Let me know if you want me to make this configurable.",
    "Done. Should I commit it and continue with a pull request?",
  ])("takes an offer for an offer: %s", (text) => {
    expect(codesOf({ text })).toEqual([]);
  });

  it("compares a list under a report with what was changed", () => {
    const text = "Renamed `x` everywhere:\n\n1. `src/a.ts`: the field\n2. `src/b.ts`: its use\n";
    expect(validateAnswer({ ...facts, text })).toEqual([
      { code: "claim-false", message: "It says that src/b.ts was changed, and it is as it was." },
    ]);
    expect(codesOf({ text: "Added tests for:\n\n- `src/a.ts`\n- `src/b.ts`\n", hasTestChange: true })).toEqual([]);
  });

  it("compares a structured result with what was changed", () => {
    const result = { created: ["db/002_drop.sql"], changed: ["src/a.ts"], files: ["src/b.ts"] };
    expect(codesOf({ result })).toEqual(["claim-false"]);
    expect(codesOf({ result: { files: ["docs/x.md"] } })).toEqual(["claim-false"]);
    expect(codesOf({ result: { filesChanged: [{ path: "src/a.ts" }], removed: 3, changed: ["three"] } })).toEqual([]);
  });

  it("leaves out a check that is switched off", () => {
    const text = "API Error: 529 overloaded";
    expect(codesOf({ text, rules: { "error-as-answer": false } })).toEqual([]);
  });
});
