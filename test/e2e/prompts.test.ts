import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, expect, it } from "vitest";

import { jobSettings, openProject } from "../../src/compose.ts";
import type { PromptsOfTask } from "../../src/orchestration/prompts/prompt-room.ts";
import type { ProjectNote } from "../../src/domain/notes/project-note.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;
let supervisor: FakeOllama;

afterEach(async () => {
  await model.close();
  await supervisor.close();
  await project.remove();
});

const template = `{% extends "builtin/worker.md.j2" %}
{% block notes %}
{{ super() }}
{% include "parts/house-rules.md.j2" %}

{% endblock %}
`;

/** No sample of the check has two tasks. */
const rareSlip = `{% extends "builtin/reviewer.md.j2" %}
{% block plan %}{% if tasks | length > 1 %}{{ gaol }}{% endif %}{% endblock %}
`;

const rewritten = "Write out/one.txt with the word good in it. Nothing else.";

const tutti = async (...args: readonly string[]) => {
  const ended = await runTutti(project, { args, modelUrl: model.url });
  expect(ended.exitCode, ended.stderr).toBe(0);
  return ended.stdout;
};

/** In the test's own process. */
const look = async (...args: readonly string[]) => {
  const ended = await runTuttiHere(project, args);
  expect(ended.exitCode, ended.stderr).toBe(0);
  return ended.stdout;
};

async function start(): Promise<void> {
  supervisor = await fakeOllama({
    answers: [
      { purpose: "rewrite", matching: /The task: Do one/, answer: { instructions: rewritten } },
      { purpose: "rewrite", answer: { instructions: "Do it." } },
      {
        purpose: "notes",
        answer: {
          changes: [
            { action: "add", note: "", text: "A file in out/ must hold the word good." },
            { action: "edit", note: "n1", text: "A person said nothing." },
          ],
        },
      },
      { answer: "unasked" },
    ],
  });
  project = await scratchProject({
    "README.md": "# Scratch\n",
    ".tutti/templates/worker.md.j2": template,
    ".tutti/templates/reviewer.md.j2": rareSlip,
    ".tutti/templates/parts/house-rules.md.j2":
      "## House rules\n- Leave README.md alone ({{ task.key }}), and @~/keys.\n",
    "tutti.config.yaml": [
      "execution:\n  workers: 1",
      "gates:\n  - name: good\n    run: '! grep -rq bad out'",
      "prompts:\n  rewrite: true",
      `supervisor:\n  kind: ollama\n  model: judge\n  baseUrl: ${supervisor.url}\n`,
    ].join("\n"),
  });
  model = await scriptedModel({
    tasks: [
      { key: "one", prompt: "Write `good` into out/one.txt.", expectedOutputs: ["out/one.txt"] },
      { key: "two", prompt: "Write out/two.txt.", dependsOn: ["one"] },
    ],
    workers: {
      "one#1": [writes({ "out/one.txt": "bad\n" }), says("Done.")],
      "one#2": [writes({ "out/one.txt": "good\n" }), says("Mended.")],
      two: [writes({ "out/two.txt": "good\n" }), says("Wrote two.")],
    },
  });
}

async function transcriptsOf({ home }: ScratchProject): Promise<string> {
  const names = await readdir(join(home, ".claude"), { recursive: true });
  const texts = names
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => readFile(join(home, ".claude", name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

const shown = async (task: string, ...args: readonly string[]): Promise<PromptsOfTask> =>
  JSON.parse(await look("prompt", "show", task, ...args, "--json")) as PromptsOfTask;

it("agents are told what the project's template, its notes and the supervisor say, and a person can look at each word", async () => {
  await start();
  await look("notes", "add", "Texts   live in out/.");
  expect(await look("prompt", "check")).toBe("3 templates can be used.\n");

  await tutti("run", "Write two files", "--yes", "--json");

  const { prompts } = await shown("one", "--attempt", "1");
  expect(prompts).toHaveLength(1);
  const [first] = prompts;
  expect(first?.template).toEqual({ name: "worker.md.j2", from: "project" });
  for (const words of [
    /^Tutti role: worker\nTutti task: one\nTutti attempt: 1\n/,
    /## What is known about this repository\n- Texts live in out\/\.\n/,
    /## House rules\n- Leave README\.md alone \(one\), and @ ~\/keys\./,
    /## These files must exist when you are done\n- out\/one\.txt/,
  ]) {
    expect(first?.text).toMatch(words);
  }
  // Claude Code's own transcripts have every word of it.
  expect(await transcriptsOf(project)).toContain(JSON.stringify(first?.text));

  expect(first?.rewriting).toMatchObject({ isUsed: true, by: "ollama/judge" });
  expect(first?.text).toContain(`## Your task: Do one\n${rewritten}`);
  expect(JSON.stringify(first?.rewriting)).toContain("Write `good` into out/one.txt.");

  const again = await shown("one");
  expect(again).toMatchObject({ attempt: 2, prompts: [{ kind: "retry" }] });
  expect(again.prompts[0]?.text).toContain('The check "good"');

  const two = (await shown("two")).prompts[0];
  expect(two?.rewriting).toEqual({ isUsed: false, reason: "ollama/judge: it left out out/two.txt" });
  expect(two?.text).toContain("## Your task: Do two\nWrite out/two.txt.");
  expect(two?.account.parts.find(({ name }) => name === "dependencies/one")).toMatchObject({ status: "kept" });

  const { notes } = JSON.parse(await look("notes", "show", "--json")) as { notes: readonly ProjectNote[] };
  expect(notes.map(({ id, author, text }) => [id, author, text])).toEqual([
    ["n1", "person", "Texts live in out/."],
    ["n2", "supervisor", "A file in out/ must hold the word good."],
  ]);
  expect(await look("prompt", "show", "two")).toContain("what became of it");
  const { job, report } = await inspectJob(project);
  expect(job.status).toBe("completed");
  expect(report?.reviewProblem).toBe('.tutti/templates/reviewer.md.j2, line 2: this prompt has no variable "gaol"');
  expect(model.unmatched).toEqual([]);
});

it("a template that is broken in the commit ends a run before anything is asked, and one in the checkout does not", async () => {
  await start();
  await project.write({ ".tutti/templates/worker.md.j2": "{{ task.prompt }}\n{{ gaol }}\n" });
  const slip = '.tutti/templates/worker.md.j2, line 2: this prompt has no variable "gaol"';
  const checked = await runTuttiHere(project, ["prompt", "check"]);
  expect(checked.exitCode).toBe(2);
  expect(checked.stderr).toContain(slip);

  await project.git("commit", "-qam", "a slip");
  const refused = await runTutti(project, { args: ["run", "Write", "--yes"], modelUrl: model.url });
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(slip);
  expect(model.requests).toEqual([]);
  expect(await project.git("branch", "--list", "tutti/*")).toBe("");
});

it("a task that has not begun shows what would be sent now, with the templates of its job's commit", async () => {
  await start();
  await project.write({ ".tutti/templates/worker-careful.md.j2": "With care: {{ task.prompt }}\n" });
  await project.git("add", "-A");
  await project.git("commit", "-qm", "a variant");
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  const opened = await openProject({ cwd: project.root, env, isLogged: false });
  const { application } = opened;
  try {
    const settings = await jobSettings(opened);
    const make = (template: string) =>
      application.createManualJob({
        goal: "Write",
        settings,
        tasks: [{ prompt: "Write a.txt with ghp_abcdefghijklmnopqrstuvwxyz0123456789.", key: "a", template }],
      });
    await expect(make("carefull")).rejects.toMatchObject({ code: "TEMPLATE_INVALID" });
    expect(await application.jobs()).toEqual([]);

    const job = await make("careful");
    await project.write({ ".tutti/templates/worker-careful.md.j2": "Without: {{ goal }}\n" });
    await project.git("commit", "-qam", "another one");
    const [task] = await application.tasks(job.id);
    if (task === undefined) throw new Error("the job has no task");
    const { attempt, prompts } = await application.prompts.show(task);
    expect(attempt).toBe(1);
    expect(prompts[0]?.template).toEqual({ name: "worker-careful.md.j2", from: "project" });
    expect(prompts[0]?.text).toMatch(
      /^Tutti role: worker\nTutti task: a\nTutti attempt: 1\n\nWith care: Write a\.txt with /,
    );
    expect(prompts[0]?.text).not.toContain("ghp_");
    expect(prompts[0]).not.toHaveProperty("sent");
    await expect(application.prompts.show(task, 2)).rejects.toThrow("Task a has no attempt 2");
  } finally {
    await opened.close();
  }
});
