import { describe, expect, it } from "vitest";

import type { GateResult } from "../evidence.ts";
import type { ChangedFile } from "./judged-work/changed-file.ts";
import { proofLevel, wordsOfChange, type ProofFacts } from "./proof-level.ts";

const gate = (command: string, more: Partial<GateResult> = {}): GateResult => ({
  name: command.split(" ")[0] ?? "",
  command,
  on: "attempt",
  isOk: true,
  exitCode: 0,
  durationMs: 1,
  outputTail: "",
  ...more,
});

const file = (path: string, after = ""): ChangedFile => ({
  path,
  status: "modified",
  kind: "file",
  isBinary: false,
  sizeBytes: 1,
  text: {
    before: "",
    after,
    added: after.split("\n").map((text, index) => ({ number: index + 1, text })),
    removed: [],
  },
});

const facts: ProofFacts = {
  gates: [gate("npm test")],
  changes: [file("src/slug.ts")],
  failWithout: [],
  passWithout: [],
  tests: ["test/slug.test.ts"],
  isSameBehaviour: false,
};

const counts = (passed: number, runner = "vitest") => ({ runner, passed, failed: 0, skipped: 0, failures: [] });

describe("what stands behind accepted work", () => {
  it("is a proof where a gate fails without the change", () => {
    const failing = { ...facts, failWithout: ["npm"] };
    expect(proofLevel(failing)).toEqual({ level: "proved", says: "without the change npm fails" });
  });

  it.each<[string, Partial<ProofFacts>]>([
    ["a test names what was changed", {}],
    ["the change brings a test", { tests: [], changes: [file("src/slug.ts"), file("test/slug.test.ts")] }],
    ["the changed file holds its tests", { tests: [], changes: [file("src/slug.rs", "#[test]\nfn works() {}")] }],
    ["a gate names the changed file", { tests: [], gates: [gate("node src/slug.ts")] }],
    [
      "a gate looks at what a settings file says",
      { gates: [gate("grep -q 45 app.yaml")], changes: [file("app.yaml")] },
    ],
    ["one of several gates runs it", { gates: [gate("npm run lint"), gate("npm run lint && npm test")] }],
    ["code is to do the same as before", { passWithout: ["npm"], isSameBehaviour: true }],
  ])("is a test where %s", (_name, more) => {
    expect(proofLevel({ ...facts, ...more }).level).toBe("tested");
  });

  it.each<[string, Partial<ProofFacts>]>([
    ["nothing was changed", { changes: [] }],
    ["there is no gate", { gates: [] }],
    [
      "gates look at its form",
      { gates: [gate("npx tsc --noEmit"), gate("npm run lint"), gate("node --check src/slug.ts")] },
    ],
    ["a gate is red as it was before", { gates: [gate("npm test", { isOk: false, isTolerated: true })] }],
    ["a gate does nothing", { gates: [gate("true")] }],
    ["a gate looks for words in a program", { gates: [gate("grep -q slug src/slug.ts")] }],
    ["no test was run", { gates: [gate("npm test", { counts: counts(0) })] }],
    ["only a compiler ran", { gates: [gate("npm run all", { counts: counts(1, "tsc") })] }],
    ["no test names what was changed", { tests: [] }],
    ["every gate passes without it", { passWithout: ["npm"] }],
  ])("is nothing where %s", (_name, more) => {
    expect(proofLevel({ ...facts, ...more }).level).toBe("unproved");
  });

  it("is looked for by the names of changed files and of what they declare", () => {
    const changes = [
      file("src/index.ts", "export function slugOf(text) {}"),
      file("pkg/age.go", "func (a *Age) Years() int {"),
    ];
    expect(wordsOfChange(changes)).toEqual(["index", "age", "slugOf", "Years"].filter((word) => word !== "index"));
  });
});
