import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Simulator } from "../../src/simulator/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator | undefined;
let judge: FakeOllama | undefined;

afterEach(async () => {
  await model?.close();
  await judge?.close();
  [model, judge] = [undefined, undefined];
  await project.remove();
});

const planOf = (...tasks: readonly object[]): string =>
  stringify({ summary: "A plan.", tasks: tasks.map((task) => ({ title: "T", prompt: "Do it.", ...task })) });

async function told<Result>(...args: readonly string[]): Promise<Result> {
  const { stdout, stderr, exitCode } = await runTuttiHere(project, [...args, "--json"]);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

type Explained = {
  readonly attempts: readonly {
    readonly number: number;
    readonly decisions: readonly { readonly action: string; readonly confidence?: { readonly score: number } }[];
  }[];
};

type Counted = {
  readonly groups: readonly { readonly key: string; readonly attempts: number; readonly count: number }[];
  readonly lessons: readonly string[];
};

type Told = { readonly history: readonly { readonly kind: string; readonly role: string; readonly text: string }[] };

describe("the real Claude Code", () => {
  it("that asks something is answered by the supervisor in the same conversation; explain and history tell it", async () => {
    judge = await fakeOllama({
      answers: [{ purpose: "clarify", answer: { canAnswer: true, answer: "Use port 8080." } }],
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "plan.yaml": planOf({ key: "port", expectedOutputs: ["port.txt"] }),
      "tutti.config.yaml": `supervisor: { kind: ollama, model: judge, baseUrl: "${judge.url}", purposes: [clarify] }\nexecution: { workers: 1 }\n`,
    });
    model = await scriptedModel({
      tasks: [],
      workers: {
        port: [says("Which port should the server listen on?"), writes({ "port.txt": "8080\n" }), says("Wrote it.")],
      },
    });
    const run = await runTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes"], modelUrl: model.url });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);

    const { attempts } = await inspectJob(project);
    expect(attempts["port"]?.map(({ number, status }) => [number, status])).toEqual([[1, "accepted"]]);
    expect(judge.questions.filter(({ purpose }) => purpose === "clarify")).toHaveLength(1);
    const explained = await told<Explained>("explain", "port");
    expect(explained.attempts[0]?.decisions.map(({ action }) => action)).toEqual(["clarify", "accept"]);
    expect(explained.attempts[0]?.decisions[1]?.confidence?.score).toBeGreaterThan(0.5);
    const { history } = await told<Told>("history", "port");
    const kinds = history.map(({ kind, role }) => `${role} ${kind}`);
    expect(kinds).toEqual([
      "worker prompt",
      "worker answer",
      "tutti verdict",
      "supervisor question",
      "supervisor reply",
      "tutti decision",
      "worker prompt",
      "worker answer",
      "tutti verdict",
      "tutti decision",
    ]);
    expect(history[6]?.text).toContain("Use port 8080.");
    expect(history[6]?.text).not.toContain("Do it.");
    expect(model.unmatched).toEqual([]);
  });

  it("whose task is more than its conversation holds has it cut into parts by the manager; a rating and the feedback see it", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "plan.yaml": planOf({ key: "big", expectedOutputs: ["all.txt"] }),
      "tutti.config.yaml": "decisions: { split: true, splitAfter: 1 }\nexecution: { workers: 2 }\n",
    });
    const tooLong = { status: 413, message: "prompt is too long", times: "always" };
    model = await scriptedModel({
      tasks: [],
      manager: [
        {
          structured: {
            summary: "Two halves.",
            tasks: [
              { key: "one", title: "One", prompt: "Write one.txt.", expectedOutputs: ["one.txt"] },
              { key: "two", title: "Two", prompt: "Write two.txt.", expectedOutputs: ["two.txt"] },
            ],
          },
        },
      ],
      workers: {
        "big#1": [{ says: "Never said.", fault: tooLong }],
        "big#2": [writes({ "all.txt": "all\n" }), says("Finished.")],
        "big-one": [writes({ "one.txt": "1\n" }), says("One.")],
        "big-two": [writes({ "two.txt": "2\n" }), says("Two.")],
      },
    });
    const run = await runTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes"], modelUrl: model.url });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ big: "completed", "big-one": "completed", "big-two": "completed" });
    const explained = await told<Explained>("explain", "big");
    expect(explained.attempts.map(({ decisions }) => decisions[0]?.action)).toEqual(["split", "accept"]);
    await told("rate", "big", "bad", "--note", "Too many files");
    const { groups, lessons } = await told<Counted>("feedback", "--by", "kind");
    expect(groups.map(({ key, attempts, count }) => [key, attempts, count])).toEqual([["docs", 4, 2]]);
    expect(lessons).toEqual(["A person did not like earlier work: Too many files"]);
  });
});
