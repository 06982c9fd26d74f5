import { expect, it } from "vitest";

import { profileSet } from "../../domain/agent/profile-set.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { withUsableAgents } from "./usable-agents.ts";

it("an agent that a model made up is left out of its plan, with a note, and nothing else is", () => {
  const plan = parsePlan({
    summary: "s",
    tasks: [
      { key: "a", title: "A", prompt: "a", agent: "tester" },
      { key: "b", title: "B", prompt: "b", agent: "magician" },
      { key: "c", title: "C", prompt: "c", agent: "docs" },
      { key: "d", title: "D", prompt: "d", agent: "reader", expectedOutputs: ["d.md"] },
    ],
  });
  const set = profileSet([], { reader: { description: "Reads", prompt: "Read.", tools: ["Read"] } });
  const usable = withUsableAgents(plan, set, (name) => name === "docs");
  expect(usable.plan.tasks.map(({ agent }) => agent)).toEqual(["tester", undefined, "docs", undefined]);
  expect(usable.notes).toEqual([
    'The plan gave b to the agent "magician": there is no such profile. The plain agent does it.',
    'The plan gave d to the agent "reader": the tools of its agent reader only read. The plain agent does it.',
  ]);
});
