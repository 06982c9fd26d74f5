import { afterEach, describe, expect, it, vi } from "vitest";

import type { Breakpoint } from "../../src/domain/breakpoint/breakpoint.ts";
import type { Said } from "../../src/orchestration/insight/history.ts";
import { fakeOllama, type FakeOllama, type FakeOllamaOptions } from "../support/fake-ollama.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: ScratchProject;
let judge: FakeOllama | undefined;

afterEach(async () => {
  await judge?.close();
  judge = undefined;
  await project.remove();
});

const opinion = (status: "met" | "unmet" | "unclear") => ({
  requirements: [{ asked: "It is made.", quote: "made", why: `It is ${status}.`, status }],
  criteria: { asked: 4, correct: 4, tested: 4, contained: 4, readable: 4 },
  findings: [],
});

async function start(answers: FakeOllamaOptions["answers"] & {}, purposes = "[review]"): Promise<void> {
  judge = await fakeOllama({ answers });
  const made = { write: { "a.txt": "made\n" }, text: "Wrote a.txt." };
  const task = { key: "a", title: "A", prompt: "Write a.txt." };
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "plan.json": JSON.stringify({ summary: "s", tasks: [task] }),
    "tutti.config.yaml": [
      "agent: { kind: fake, fakeScript: script.json }",
      "execution: { workers: 1, maxAttempts: 1 }",
      "prompts: { rewrite: true, notes: learn }",
      `supervisor: { kind: ollama, model: judge, baseUrl: "${judge.url}", purposes: ${purposes} }`,
    ].join("\n"),
    "script.json": JSON.stringify({ answers: { "reviewer:*": { text: "fine" }, a: made } }),
  });
}

async function tutti(code: number, ...args: readonly string[]): Promise<string> {
  const result = await runTutti(project, { args });
  expect(result.exitCode, result.stdout + result.stderr).toBe(code);
  return result.stdout;
}

async function look(...args: readonly string[]): Promise<string> {
  const result = await runTuttiHere(project, args);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  return result.stdout;
}

/** Kills every process that gets an answer from the model, at once. */
const killed = async (...args: readonly string[]) =>
  (await runTutti(project, { args, env: { TUTTI_FAULT: "supervisor.answered" } })).signal;

const run = (code: number) => tutti(code, "run", "--plan", "plan.json", "--yes");

async function theOne(): Promise<Breakpoint> {
  const listed: { readonly breakpoints: readonly Breakpoint[] } = JSON.parse(
    await look("breakpoint", "list", "--json"),
  );
  const [asked, ...others] = listed.breakpoints;
  expect(others).toEqual([]);
  if (asked === undefined) throw new Error("nothing waits");
  return asked;
}

describe("a review by a model", () => {
  it("is not asked for again when its process is killed before the verdict is recorded, nor is anything else", async () => {
    await start(
      [
        { purpose: "rewrite", times: 1, answer: { instructions: "Write a.txt, please." } },
        { purpose: "review", times: 1, answer: opinion("met") },
        {
          purpose: "notes",
          times: 1,
          answer: { changes: [{ action: "add", note: "", text: "It is made of a.txt." }] },
        },
      ],
      "[rewrite, review, notes]",
    );
    // The worker dies of the rewriting, the next one of the review, and the coordinator of the notes.
    expect(await killed("run", "--plan", "plan.json", "--yes")).toBe("SIGKILL");
    await tutti(0, "resume");

    expect(judge?.questions.map(({ purpose }) => purpose)).toEqual(["rewrite", "review", "notes"]);
    const { attempts, events } = await inspectJob(project);
    expect(attempts["a"]?.map(({ status, quality }) => [status, quality?.proof?.level])).toEqual([
      ["accepted", "reviewed"],
    ]);
    expect(events.filter(({ type }) => type === "notes-changed")).toHaveLength(1);
    const { history }: { readonly history: readonly Said[] } = JSON.parse(
      await look("history", "--kind", "reply", "--json"),
    );
    const replies = history
      .filter(({ role }) => role === "supervisor")
      .map(({ data }) => [data?.["purpose"], data?.["from"]]);
    expect(replies.map(String)).toEqual(
      ["rewrite", "review", "notes"].flatMap((purpose) => [`${purpose},model`, `${purpose},earlier`]),
    );
    expect(await look("history", "--kind", "reply")).toContain("ollama/judge, answered before the interruption");
    const costs: { readonly groups: readonly object[] } = JSON.parse(await look("cost", "--by", "model", "--json"));
    expect(costs.groups).toContainEqual(expect.objectContaining({ key: "judge", turns: 3 }));
    expect(judge?.complaints).toEqual([]);
  });

  it("that refuses cached work has the agent do it, and is a question without confidence when no attempt is left", async () => {
    await start([
      { purpose: "review", times: 1, answer: opinion("met") },
      { purpose: "review", answer: opinion("unmet") },
    ]);
    await run(0);
    await run(3);
    const { context } = await theOne();
    expect(context.reasons[0]).toBe("Not done as asked: It is made. It is unmet.");
    expect(context.confidence).toBeUndefined();
    const before = (await inspectJob(project)).attempts["a"];
    expect(before?.map(({ outcome, decision }) => [outcome?.replayOf, decision?.action])).toEqual([[undefined, "ask"]]);
    await look("breakpoint", "resolve", (await theOne()).id, "approve");
    await tutti(0, "resume");
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "completed" });
    expect(judge?.complaints).toEqual([]);
  });
});
