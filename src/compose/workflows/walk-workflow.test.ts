import { expect, it } from "vitest";

import type { Json } from "../../domain/json.ts";
import { builtInWorkflows } from "../../patterns/index.ts";
import { walkWorkflow } from "./walk-workflow.ts";

const saga = { steps: [{ name: "pr", do: ["gh", "pr", "create"], undo: ["gh", "pr", "close", "{{lastLine}}"] }] };

const inputs: Readonly<Record<string, Json>> = {
  "fan-out": {},
  branch: {},
  supervisor: { goal: "a goal", acceptance: ["it holds"] },
  "event-driven": { id: "1", type: "test_failed" },
  "map-reduce": { items: ["a"], map: { prompt: "Read" }, reduce: { prompt: "Report" } },
  saga,
};

it.each(builtInWorkflows)("$name is walked to its end with made-up answers", async (definition) => {
  const walk = await walkWorkflow(definition, inputs[definition.name] ?? { goal: "a goal" });
  expect(walk.stoppedBy).toBeUndefined();
  expect(walk.agents.length > 0 || definition.name === "saga").toBe(true);
  expect(walk.notes.filter(({ costUsd }) => costUsd !== undefined)).toEqual([]);
});
