import { describe, expect, it } from "vitest";
import { TuttiError } from "../domain/errors.ts";
import { loadScenario, parseScenario } from "./load-scenario.ts";
import { scenarioJsonSchema } from "./scenario-schema.ts";

function refusalOf(text: string): TuttiError {
  try {
    parseScenario(text, "my.yaml");
  } catch (error) {
    if (TuttiError.is(error)) return error;
    throw error;
  }
  throw new Error("The scenario was accepted");
}

describe("parseScenario", () => {
  it("reads rules with every short form", () => {
    const scenario = parseScenario(`
rules:
  - name: everything
    match: { role: worker, task: [a, b], attempt: 2, contains: here, matches: ^x, model: opus }
    turns:
      - says: hello
        reads: a.txt
        edits: [{ file: a.txt, old: x, new: y }]
        writes: { b.txt: b }
        runs: [npm test, npm run lint]
        tools: [{ name: Glob, input: { pattern: "*" } }]
      - structured: { ok: true }
`);
    expect(scenario.rules[0]).toMatchObject({ name: "everything", match: { task: ["a", "b"], contains: ["here"] } });
    expect(scenario.rules[0]?.turns[0]).toMatchObject({ reads: ["a.txt"], runs: ["npm test", "npm run lint"] });
  });

  it("lets a fault happen once where it does not say how often", () => {
    const { rules } = parseScenario("rules: [{ turns: [{ fault: { status: 529 } }] }]");
    expect(rules[0]?.turns[0]?.fault).toMatchObject({ status: 529, times: 1 });
  });

  it.each([
    ["rules:\n  - turns:\n      - says: a\n        sais: b\n", 4, "rules[0].turns[0].sais"],
    ["rules:\n  - match:\n      attempt: zero\n    turns: [{ says: a }]\n", 3, "rules[0].match.attempt"],
    [
      "rules:\n  - turns:\n      - says: a\n        fault:\n          status: 200\n",
      5,
      "rules[0].turns[0].fault.status",
    ],
    ["rules:\n  - turns:\n      - says: a\n  - turns: []\n", 4, "rules[1].turns"],
    ["rules:\n  - match:\n      matches: '('\n    turns: [{ says: a }]\n", 3, "rules[0].match.matches"],
    ["rules:\n  - turns:\n      - delayMs: 5\n", 3, "rules[0].turns[0]"],
    ["# nothing\n", 1, ""],
  ])("names file, line and field of what is wrong in %j", (text, line, field) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code: "SCENARIO_INVALID", context: { file: "my.yaml", line, field } });
    expect(refusal.message).toContain(`my.yaml:${line}: `);
    expect(refusal.hint).toBeTypeOf("string");
  });

  it("names the line of a text that is no YAML", () => {
    expect(refusalOf("rules:\n  - turns: [\n")).toMatchObject({ context: { file: "my.yaml", line: 3 } });
  });

  it("refuses a file that isn't there", async () => {
    await expect(loadScenario("/nowhere/scenario.yaml")).rejects.toMatchObject({ code: "SCENARIO_INVALID" });
  });
});

describe("scenarioJsonSchema", () => {
  it("describes the fields of a turn", () => {
    const schema = JSON.stringify(scenarioJsonSchema());
    for (const field of ["says", "writes", "runs", "structured", "fault", "quota"])
      expect(schema).toContain(`"${field}"`);
  });
});
