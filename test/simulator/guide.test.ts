import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseScenario } from "../../src/simulator/index.ts";

const page = readFileSync(new URL("../../docs/guide/simulator.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? "");

describe("the guide to the simulator", () => {
  it("has an example for each of its parts", () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
  });

  it.each(examples)("shows a valid scenario: %#", (example) => {
    expect(parseScenario(example, "guide").rules.length).toBeGreaterThan(0);
  });

  it("explains every field of a rule's match and of a turn", () => {
    const fields = [
      ...["role", "task", "attempt", "contains", "matches", "model"],
      ...[
        "says",
        "thinking",
        "reads",
        "edits",
        "writes",
        "runs",
        "tools",
        "structured",
        "delayMs",
        "usage",
        "stopReason",
      ],
      ...["fault", "status", "disconnect", "hang"],
    ];
    expect(fields.filter((field) => !page.includes(`| \`${field}`))).toEqual([]);
  });
});
