import { readdir } from "node:fs/promises";

import { afterEach, describe, expect, it } from "vitest";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const scribe = `---
name: scribe
description: "Use this when: words are wanted"
tools: Read, Write
model: haiku
color: pink
---

You are the scribe of this project. Ink is precious.
`;

const plan = `summary: A review, a text, and a search
tasks:
  - { key: review, title: Review, prompt: Review the readme., agent: code-reviewer }
  - { key: text, title: Text, prompt: Write a text., agent: scribe, expectedOutputs: [text.txt] }
  - { key: search, title: Search, prompt: Find it., access: read, subagents: [explorer] }
`;

/** What a person allows to every agent may write where nobody looks. */
const config = `gates: [{ name: readme, run: test -f README.md }]
agent: { allow: ["Bash(touch:*)"] }
execution: { workers: 2 }
`;

const scenario = `rules:
  - name: reviewer
    match: { role: worker, task: review, system: [try to refute it] }
    turns:
      - { writes: { evil.txt: "evil\\n" } }
      - { tools: [{ name: Bash, input: { command: "echo evil > evil2.txt" } }] }
      - { tools: [{ name: Bash, input: { command: "touch sneaky.txt" } }] }
      - { says: The readme says nothing that is wrong. }
  - name: scribe
    match: { role: worker, task: text, system: [Ink is precious], model: haiku }
    turns: [{ writes: { text.txt: "ink\\n" } }, { says: Written. }]
  - name: caller
    match: { role: worker, task: search }
    turns:
      - tools:
          - name: Agent
            input: { description: Find it, prompt: "Where is the readme?", subagent_type: explorer }
      - { says: The explorer found the readme. }
  - name: explorer
    match: { contains: Where is the readme?, system: [You find things] }
    turns: [{ writes: { found.txt: "no\\n" } }, { reads: README.md }, { says: "README.md, line 1." }]
  - match: { role: reviewer }
    turns: [{ structured: { verdict: reached, summary: Done., findings: [], nextSteps: [] } }]
`;

describe("agent profiles with the real Claude Code", () => {
  it("reach the request, may not do more than they say, and call others", async () => {
    model = await startSimulator({ scenario: parseScenario(scenario, "scenario.yaml") });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      ".claude/agents/scribe.md": scribe,
      "plan.yaml": plan,
      "tutti.config.yaml": config,
    });

    const { exitCode, stdout, stderr } = await runTutti(project, {
      args: ["run", "--plan", "plan.yaml", "--yes", "--json"],
      modelUrl: model.url,
    });

    expect(model.unmatched).toEqual([]);
    expect(exitCode, stdout + stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ review: "completed", text: "completed", search: "completed" });
    expect(await project.git("ls-tree", "-r", "--name-only", facts.job.branch)).not.toMatch(/evil|found|sneaky/);
    expect(await project.git("show", `${facts.job.branch}:text.txt`)).toBe("ink");
    expect(await whereIs(facts, "sneaky.txt")).not.toEqual([]);
    const [review] = facts.attempts["review"] ?? [];
    expect(review?.outcome?.permissionDenials.map(({ tool }) => tool)).toEqual(["Write", "Bash"]);
    expect(review?.quality?.stages.map(({ status }) => status)).toEqual(Array(4).fill("not-judged"));
    expect(facts.tasks["review"]?.evidence?.gates).toEqual([]);
    expect(toolsOf("reviewer")).toEqual(["Bash", "Glob", "Grep", "Read"]);
    expect(toolsOf("scribe")).toEqual(["Read", "Write"]);
    expect(toolsOf("caller")).toEqual(["Agent", "Bash", "Glob", "Grep", "Read"]);
    expect(toolsOf("explorer")).toEqual(["Glob", "Grep", "Read"]);
  });
});

/** Claude Code's stand-in for tools that it would look up when they are needed is no tool. */
const toolsOf = (rule: string): readonly string[] | undefined =>
  model.requests
    .find((request) => request.rule === rule)
    ?.tools?.filter((name) => name !== "DeferredToolPlaceholder")
    .toSorted();

/** Slots and rescues that hold a file. */
async function whereIs({ slots, events }: JobFacts, file: string): Promise<readonly string[]> {
  const standing = await Promise.all(
    slots.map(async ({ path }) => ((await readdir(path)).includes(file) ? [path] : [])),
  );
  const refs = events.flatMap((event) => (event.type === "work-rescued" ? [event.data.ref] : []));
  const saved = await Promise.all(
    refs.map(async (ref) =>
      (await project.git("ls-tree", "--name-only", ref)).split("\n").includes(file) ? [ref] : [],
    ),
  );
  return [...standing, ...saved].flat();
}
