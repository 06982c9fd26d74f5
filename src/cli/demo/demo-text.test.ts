import { describe, expect, it } from "vitest";

import { noStyle } from "../render/style.ts";
import { outcomeJson, outcomeText, type DemoOutcome } from "./demo-text.ts";

const tests = { passed: 24, total: 24, isGreen: true };
const outcome: DemoOutcome = {
  folder: { root: "/tmp/d", project: "/tmp/d/spendings", home: "/tmp/d/home", remove: () => Promise.resolve() },
  before: { passed: 2, total: 24, isGreen: false },
  proof: { branch: "tutti/a-job", commits: ["1234567 Add csv"], tests, isCheckoutUntouched: true },
  requests: [],
};

describe("what the demo came to", () => {
  it("is one object for programs, with the folder only where it stays", () => {
    const told = { type: "demo", before: outcome.before, ...outcome.proof };
    expect(JSON.parse(outcomeJson(outcome, false))).toEqual(told);
    expect(JSON.parse(outcomeJson(outcome, true))).toEqual({ ...told, folder: "/tmp/d" });
  });

  it("is called proved only where all tests pass, and a checkout that moved is named", () => {
    expect(outcomeText(noStyle, outcome)).toContain("Proved: in a fresh clone of it 24 of 24 tests pass.");
    const bad = { ...outcome.proof, tests: { ...tests, passed: 23, isGreen: false }, isCheckoutUntouched: false };
    const said = outcomeText(noStyle, { ...outcome, proof: bad });
    expect(said).toContain("Not proved: in a fresh clone of it 23 of 24 tests pass.");
    expect(said).toContain("The user's branch and files are changed: they must not be.");
  });
});
