import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let agents: Simulator;
let ollama: FakeOllama;

const opinion = {
  requirements: [{ asked: "It adds.", quote: "echo $(($1 + $2))", why: "It prints the sum.", status: "met" }],
  criteria: { asked: 4, correct: 4, tested: 4, contained: 4, readable: 3 },
  findings: [],
};

const config = (ollamaUrl: string): string => `
execution: { workers: 1 }
gates: [{ name: tests, run: "sh tests/add.sh" }]
supervisor: { kind: ollama, model: judge, baseUrl: "${ollamaUrl}", purposes: [review] }
quality: { review: true }
`;

const rules = `
rules:
  - name: look-at-pay
    on: before-merge
    when: { paths: "pay/**" }
    action: ask
    message: "{{ task }} changes {{ paths }}"
`;

const template = `
{% extends "builtin/worker.md.j2" %}
{% block rules %}
{{ super() }}
- The house rule of this repository.
{% endblock %}
`;

const plan = {
  summary: "A sum",
  tasks: [{ key: "sum", title: "Add up", prompt: "Write pay/sum.sh, which adds.", expectedOutputs: ["pay/sum.sh"] }],
};

beforeAll(async () => {
  ollama = await fakeOllama({ answers: [{ purpose: "review", answer: opinion }] });
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tests/add.sh": "set -e\nsh pay/sum.sh 1 2\n",
    "tutti.config.yaml": config(ollama.url),
    ".tutti/breakpoints.yaml": rules,
    ".tutti/templates/worker.md.j2": template,
    "plan.json": JSON.stringify(plan),
  });
  const elided = "echo $(($1 + $2))\n# ... rest of the code unchanged ...\n";
  agents = await scriptedModel({
    tasks: [],
    workers: {
      "sum#1": [writes({ "pay/sum.sh": elided }), says("I wrote pay/sum.sh.")],
      "sum#2": [writes({ "pay/sum.sh": "echo $(($1 + $2))\n" }), says("I wrote pay/sum.sh, whole.")],
    },
  });
});

afterAll(async () => {
  await ollama.close();
  await agents.close();
  await project.remove();
});

const tutti = (...args: readonly string[]) => runTutti(project, { args, modelUrl: agents.url });

async function told(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tutti(...args);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

/** Of `tutti breakpoint list` and `tutti checkpoint list`: the newest first. */
async function listed(...args: readonly string[]): Promise<readonly { readonly id: string }[]> {
  const answer = JSON.parse(await told(...args, "--json")) as Record<string, readonly { readonly id: string }[]>;
  return answer["breakpoints"] ?? answer["checkpoints"] ?? [];
}

describe("one run under supervision, with the real agent", { timeout: 240_000 }, () => {
  it("refuses what isn't whole, has the rest judged and waits where a rule says so", async () => {
    const run = await tutti("run", "--plan", "plan.json", "--yes");

    expect(run.exitCode, run.stdout + run.stderr).toBe(3);
    const { attempts } = await inspectJob(project);
    const [first, second] = attempts["sum"] ?? [];
    expect(first).toMatchObject({ status: "rejected", decision: { action: "retry" } });
    expect(first?.quality?.stages.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ severity: "blocker", path: "pay/sum.sh" }),
    );
    expect(second?.quality?.stages.find(({ name }) => name === "review")).toMatchObject({ status: "passed" });
    expect(ollama.complaints).toEqual([]);
  });

  it("tells what the agent was told, why it was refused, and how sure the decision is", async () => {
    const prompts = await told("prompt", "show", "sum");
    expect(prompts).toContain("Your work was not accepted");
    expect(await told("prompt", "show", "sum", "--attempt", "1")).toContain("The house rule of this repository.");
    expect(await told("explain", "sum")).toMatch(/uncalibrated/);
    expect(await told("history", "sum")).toContain("I wrote pay/sum.sh, whole.");
    expect(await told("task", "files", "sum")).toContain("pay/sum.sh");
    expect(await told("checkpoint", "list")).toContain("sum");
  });

  it("merges when a person approves, and can be gone back on", async () => {
    const [asked] = await listed("breakpoint", "list");
    expect(asked).toMatchObject({ kind: "before-merge", question: "sum changes pay/sum.sh" });
    await told("breakpoint", "resolve", asked?.id ?? "", "approve");
    await told("resume");
    const { job } = await inspectJob(project);
    expect(await project.git("show", `${job.branch}:pay/sum.sh`)).toBe("echo $(($1 + $2))");

    const oldest = (await listed("checkpoint", "list")).at(-1)?.id ?? "";
    const dry = await told("checkpoint", "rollback", oldest, "--strategy", "full", "--dry-run");
    expect(dry).toContain("sum");
  });

  it("learns from what a person thinks of it", async () => {
    await told("rate", "sum", "bad", "--note", "No test");
    expect(await told("feedback")).toContain("No test");
    await told("notes", "add", "Sums are tested by tests/add.sh.");
    expect(await told("notes", "show")).toContain("Sums are tested");
  });
});
