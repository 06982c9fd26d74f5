import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Simulator } from "../../src/simulator/index.ts";
import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

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
  const { stdout, stderr, exitCode } = await runTutti(project, { args: [...args, "--json"] });
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

type Explained = {
  readonly attempts: readonly {
    readonly number: number;
    readonly decisions: readonly { readonly action: string; readonly confidence?: { readonly score: number } }[];
  }[];
};

type Told = { readonly history: readonly { readonly kind: string; readonly role: string; readonly text: string }[] };

describe("a question of the real Claude Code", () => {
  it("is answered by the supervisor in the same conversation; explain and history tell it", async () => {
    judge = await fakeOllama({
      answers: [{ purpose: "clarify", answer: { canAnswer: true, answer: "Use port 8080." } }],
    });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "plan.yaml": planOf({ key: "port", expectedOutputs: ["port.txt"] }),
      "tutti.config.yaml": `supervisor: { kind: ollama, model: judge, baseUrl: "${judge.url}" }\nexecution: { workers: 1 }\n`,
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
});
