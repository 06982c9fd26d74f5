import { describe, expect, it } from "vitest";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { FanOutBranch } from "./fan-out-options.ts";
import { over, three } from "./fan-out.fixture.ts";
import { fanOut } from "./fan-out.ts";

describe("the light form of a fan-out", () => {
  const reading = three.map((branch) => ({ ...branch, access: "read" as const }));

  it("is one session whose subagents are the branches, chosen where they are small and only read", async () => {
    const test = over((flow) => fanOut(flow, { branches: reading, input: { goal: "speed" } }));
    const { output, host } = await runWorkflow(test, {
      input: null,
      agents: {
        explorer: () => ({ "branch-1": { answer: "a" }, "branch-2": { answer: "b" }, "branch-3": { answer: "c" } }),
      },
    });
    expect(output).toMatchObject({ form: "light", results: { auth: "a", db: "b", api: "c" }, failed: [] });
    expect(host.calls).toHaveLength(1);
    expect(host.calls[0]).toMatchObject({ profile: "explorer", access: "read", subagents: ["explorer"] });
    expect(host.calls[0]?.prompt).toContain("## branch-2: db (subagent explorer)\n\nExplore db.");
    expect(host.calls[0]?.prompt).toContain('"goal": "speed"');
    expect(host.lines[0]?.message).toBe("fan-out: one session with subagents: 3 small branches that only read");
  });

  it("takes what came to nothing in the session for a failed branch", async () => {
    const answer = { "branch-1": { answer: "a" }, "branch-2": { problem: "no database" }, "branch-3": { problem: "" } };
    const test = over((flow) => fanOut(flow, { branches: reading, failures: "some" }));
    const { output } = await runWorkflow(test, { input: null, agents: { explorer: () => answer } });
    expect(output).toMatchObject({
      results: { auth: "a" },
      failed: [
        { name: "db", error: { message: "The session gave no answer for db: no database" } },
        { name: "api", error: { message: "The session gave no answer for api" } },
      ],
    });
  });

  it("has its findings checked as well", async () => {
    const [lost, found] = [{ problem: "lost" }, { answer: "a" }];
    const answer = { "branch-1": found, "branch-2": lost, "branch-3": lost };
    const verify = { agent: "checker", prompt: "Check." };
    const test = over((flow) => fanOut(flow, { branches: reading, failures: "some", verify }));
    const agents = { explorer: () => answer, checker: () => ({ isConfirmed: true, reason: "seen" }) };
    const { output } = await runWorkflow(test, { input: null, agents });
    expect(output).toMatchObject({ checks: { auth: [{ verdict: "confirmed" }] } });
  });

  it.each([
    [[{ name: "a", agent: "x", prompt: "p" }], "a may change files"],
    [[{ name: "a", agent: "x", access: "read", prompt: "p".repeat(2001) }], "a is large"],
    [[{ name: "a", agent: "x", access: "read", prompt: "p", gates: ["test"] }], "a has gates of its own"],
    [[{ name: "a", run: () => Promise.resolve("x") }], "a is no agent"],
    [
      Array.from({ length: 9 }, (_, n) => ({ name: `b${n}`, agent: "x", access: "read", prompt: "p" })),
      "9 branches are too many for one session",
    ],
  ] as [FanOutBranch[], string][])("is not chosen for others, and it is said why", async (branches, why) => {
    const test = over((flow) => fanOut(flow, { branches }));
    const { output, host } = await runWorkflow(test, { input: null, agents: { x: () => "done" } });
    expect(output).toMatchObject({ form: "tasks" });
    expect(host.lines[0]?.message).toBe(`fan-out: a task for each branch: ${why}`);
  });
});
