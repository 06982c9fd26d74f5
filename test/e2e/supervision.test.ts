import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { memoryOutput } from "../../src/cli/memory-output.fixture.ts";
import { buildProgram } from "../../src/cli/declare/program.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { shellWords } from "../docs/command-lines.ts";
import { readPage } from "../docs/read-pages.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { environmentOf, runTutti } from "../support/tutti-process.ts";

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
  tasks: [
    { key: "export-button", title: "Add up", prompt: "Write pay/sum.sh, which adds.", expectedOutputs: ["pay/sum.sh"] },
  ],
};

beforeAll(async () => {
  ollama = await fakeOllama({
    answers: [
      { purpose: "review", answer: opinion },
      { matching: /commit message/, answer: "A short one." },
    ],
  });
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
      "export-button#1": [writes({ "pay/sum.sh": elided }), says("I wrote pay/sum.sh.")],
      "export-button#2": [writes({ "pay/sum.sh": "echo $(($1 + $2))\n" }), says("I wrote pay/sum.sh, whole.")],
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

/** Without a process of its own, which would take most of the time. */
async function typed(...args: readonly string[]): Promise<string> {
  const output = memoryOutput({ isJson: args.includes("--json"), columns: 200 });
  const cli = { cwd: project.root, env: environmentOf(project, { modelUrl: agents.url }), output };
  let exitCode = 0;
  await buildProgram(cli, (code) => (exitCode = code)).parseAsync([...args], { from: "user" });
  expect([args, exitCode, output.err()]).toEqual([args, 0, expect.any(String)]);
  return output.out();
}

/** Of `tutti breakpoint list` and `tutti checkpoint list`: the newest first. */
async function listed(...args: readonly string[]): Promise<readonly { readonly id: string; readonly kind: string }[]> {
  const answer = JSON.parse(await typed(...args, "--json")) as Record<string, readonly { id: string; kind: string }[]>;
  return answer["breakpoints"] ?? answer["checkpoints"] ?? [];
}

/** What an id or a name of a page is in this job. */
async function meantBy(word: string, line: string): Promise<string> {
  if (word.startsWith("add-a-csv")) {
    const { job } = await inspectJob(project);
    return word.includes("/") ? `${job.id}/export-button` : job.id;
  }
  if (word === "button") return "export-button";
  if (word === "src/report/**,README.md") return "pay/**";
  if (word === "3f2a") return (await listed("breakpoint", "list", "--all"))[0]?.id ?? "";
  if (!["3f2a91", "8c01d4", "5be07c"].includes(word)) return word;
  const known = await listed("checkpoint", "list");
  // Where all has gone back already, a path differs only from what was there before that.
  if (line.includes("selective")) return known.findLast(({ kind }) => kind === "rollback")?.id ?? "";
  if (word === "5be07c") return known.find(({ kind }) => kind === "worktree")?.id ?? "";
  return (word === "3f2a91" ? known.at(-1) : known[0])?.id ?? "";
}

/** What a command of a page prints, or the code of the error that it ends with. */
async function answerTo(line: string): Promise<string> {
  const [, ...words] = shellWords(line);
  const args: string[] = [];
  for (const word of words) args.push(await meantBy(word, line));
  return typed(...args).catch((thrown: unknown) => {
    if (thrown instanceof Error && "code" in thrown) return String(thrown.code);
    throw thrown;
  });
}

/** Every command of a page of the guide, in its order, with what it prints. */
async function commandsOf(page: string, leftOut = /^$/): Promise<ReadonlyMap<string, string>> {
  const { blocks } = readPage(`docs/guide/${page}.md`);
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => code.trimEnd().split("\n"));
  const told = new Map<string, string>();
  for (const line of lines.filter((each) => !leftOut.test(each))) told.set(line, await answerTo(line));
  return told;
}

const isCode = (printed: string): boolean => /^[A-Z_]+$/.test(printed.trim());

const refused = (told: ReadonlyMap<string, string>): readonly string[] =>
  [...told].flatMap(([line, printed]) => (isCode(printed) ? [`${line}: ${printed}`] : []));

describe("one run under supervision, with the real agent, as the guide shows it", { timeout: 240_000 }, () => {
  it("refuses what isn't whole, has the rest judged and waits where a rule says so", async () => {
    const run = await tutti("run", "--plan", "plan.json", "--yes");

    expect(run.exitCode, run.stdout + run.stderr).toBe(3);
    const { attempts } = await inspectJob(project);
    const [first, second] = attempts["export-button"] ?? [];
    expect(first).toMatchObject({ status: "rejected", decision: { action: "retry" } });
    expect(first?.quality?.stages.flatMap(({ findings }) => findings)).toContainEqual(
      expect.objectContaining({ severity: "blocker", path: "pay/sum.sh" }),
    );
    expect(second?.quality?.stages.find(({ name }) => name === "review")).toMatchObject({ status: "passed" });
    expect(ollama.complaints).toEqual([]);
  });

  it("tells what the agent was told, why it was refused, and how sure the decision is", async () => {
    const prompts = await commandsOf("prompts");
    expect(refused(prompts)).toEqual([]);
    expect(prompts.get("tutti prompt show export-button")).toContain("Your work was not accepted");
    const first = "tutti prompt show add-a-csv-3f2a/export-button --attempt 1";
    expect(prompts.get(first)).toContain("The house rule of this repository.");
    expect(prompts.get("tutti notes show")).toContain("Tests need a database");
    const quality = await commandsOf("quality");
    expect(refused(quality)).toEqual([]);
    expect(quality.get("tutti task show export-button")).toContain("review: passed");
    expect(quality.get("tutti job show")).toContain("It asks you:");
    const decisions = await commandsOf("decisions");
    expect(refused(decisions)).toEqual([]);
    expect(decisions.get("tutti explain export-button")).toMatch(/uncalibrated/);
    expect(decisions.get("tutti history export-button --full")).toContain("I wrote pay/sum.sh, whole.");
    const supervisor = await commandsOf("supervisor-model");
    expect(refused(supervisor)).toEqual([]);
    expect(supervisor.get("tutti supervisor models")).toContain("judge");
    expect(supervisor.get('tutti supervisor ask "What makes a good commit message?"')).toContain("A short one.");
  });

  it("merges when a person approves", async () => {
    const [asked] = await listed("breakpoint", "list");
    expect(asked).toMatchObject({ kind: "before-merge", question: "export-button changes pay/sum.sh" });
    // Two are of kinds that nothing asks here.
    const breakpoints = await commandsOf("breakpoints", /91c0|77e1/);
    const again = 'tutti breakpoint resolve 3f2a retry --note "Keep the old format, too"';
    expect(refused(breakpoints)).toEqual([`${again}: BREAKPOINT_INVALID`]);
    expect(breakpoints.get("tutti breakpoint resolve 3f2a approve")).toContain("approve");
    await told("resume");
    const { job } = await inspectJob(project);
    expect(await project.git("show", `${job.branch}:pay/sum.sh`)).toBe("echo $(($1 + $2))");
  });

  it("learns from what a person thinks of it, and knows what happened to the files", async () => {
    const feedback = await commandsOf("feedback");
    expect(refused(feedback)).toEqual([]);
    expect(feedback.get("tutti feedback")).toContain("It reads the whole file into memory");
    const files = await commandsOf("file-changes");
    expect(refused(files)).toEqual([]);
    expect([...files.values()].every((printed) => printed.includes("pay/sum.sh"))).toBe(true);
  });

  it("can be gone back on, and tried with another model", async () => {
    // Agents that begin anew are another test's.
    const checkpoints = await commandsOf("checkpoints", /^tutti resume/);
    expect(refused(checkpoints)).toEqual([]);
    expect(checkpoints.get("tutti checkpoint rollback 3f2a91 --dry-run")).toContain("export-button");
    expect(checkpoints.get("tutti job compare add-a-csv-export-3f2a cheaper")).toContain("haiku");
    expect(await project.git("status", "--porcelain")).toBe("");
  });

  it("tells what it has cost and what is kept, and makes room", async () => {
    const state = await commandsOf("state", /^git|restore|doctor/);
    expect(refused(state)).toEqual([]);
    expect(state.get("tutti state check")).toContain("is sound");
    const cost = await commandsOf("cost", /^tutti (run|resume)/);
    expect(refused(cost)).toEqual([]);
    expect(cost.get("tutti cost")).toContain("in 4 turns");
  });
});
