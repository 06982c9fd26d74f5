import { describe, expect, it } from "vitest";
import { z } from "zod";

import { builtInWorkflows } from "../patterns/index.ts";
import { agentProfileMark, agentsOfInput } from "./agents-of-input.ts";
import { workflowInput } from "./workflow.ts";

const agent = z.string().meta(agentProfileMark);

describe("the agents that an input names", () => {
  it("are found in lists, records and alternatives, each with its place", () => {
    const schema = z.strictObject({
      stages: z.array(z.strictObject({ agent, prompt: z.string() })),
      routes: z.record(z.string(), z.strictObject({ agent })),
      judge: z.union([z.strictObject({ command: z.string() }), z.strictObject({ agent, subagents: z.array(agent) })]),
      missing: agent.optional(),
    });
    const input = {
      stages: [{ agent: "a", prompt: "p" }],
      routes: { one: { agent: "b" } },
      judge: { agent: "c", subagents: ["d"] },
    };
    expect(agentsOfInput(schema, input)).toEqual([
      { name: "a", where: "input.stages.0.agent" },
      { name: "b", where: "input.routes.one.agent" },
      { name: "c", where: "input.judge.agent" },
      { name: "d", where: "input.judge.subagents.0" },
    ]);
  });

  it("are found in what ready patterns take", () => {
    const pipeline = builtInWorkflows.find(({ name }) => name === "pipeline");
    const input = { goal: "x", stages: [{ name: "a", agent: "nobody", prompt: "p" }] };
    expect(pipeline && agentsOfInput(pipeline.inputSchema, input)).toEqual([
      { name: "nobody", where: "input.stages.0.agent" },
    ]);
  });

  it("are looked for without harm in whatever a workflow takes", () => {
    for (const schema of [z.null(), z.unknown(), z.array(z.number()), z.custom(() => true)]) {
      expect(agentsOfInput(schema, workflowInput("any", z.json(), { agent: "x" }))).toEqual([]);
    }
  });
});
