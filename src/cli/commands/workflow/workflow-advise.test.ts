import { describe, expect, it } from "vitest";

import { memoryOutput } from "../../memory-output.fixture.ts";
import { workflowAdviseCommand } from "./workflow-advise.ts";

async function adviceOn(goal: string, isJson = false): Promise<string> {
  const output = memoryOutput({ isJson, columns: 200 });
  expect(await workflowAdviseCommand({ cwd: "/p", env: {}, output }, goal)).toBe(0);
  return output.out();
}

describe("tutti workflow advise", () => {
  it("names the pattern, the words that speak for it, the others, and the command", async () => {
    const text = await adviceOn("Analyze the importer, design a faster one, build it and test it");
    expect(text).toContain("sequential-pipeline: a step-by-step process");
    expect(text).toContain(": it names the stages of development");
    expect(text).toContain('Ready as the workflow pipeline: tutti workflow run pipeline --input \'{"goal":"Analyze');
  });

  it("says when one agent is better than many", async () => {
    const text = await adviceOn("Fix the typo in Bob's README.md");
    expect(text).toContain("one agent: small, in one place");
    expect(text).toContain("45 %");
    expect(text).toContain("Start it: tutti delegate 'Fix the typo in Bob'\\''s README.md'");
  });

  it("tells programs the same", async () => {
    expect(JSON.parse(await adviceOn("Improve coverage until it is at least 90 %", true))).toMatchObject({
      way: "iterative-refinement",
      confidence: "clear",
      reasons: [{ words: "until", weight: 3 }, {}, {}, {}],
    });
  });

  it("refuses an empty goal", () => {
    expect(() => workflowAdviseCommand({ cwd: "/p", env: {}, output: memoryOutput() }, " ")).toThrow(
      "The goal is empty",
    );
  });
});
