import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";

import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: ScratchProject;
let judge: FakeOllama | undefined;

afterEach(async () => {
  await judge?.close();
  judge = undefined;
  await project.remove();
});

type Scene = {
  readonly tasks: readonly object[];
  readonly answers: object;
  readonly config: string;
};

/** Runs a job whose workers are killed once before a decision is written and once after. */
async function runKilled({ tasks, answers, config }: Scene): Promise<JobFacts> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "test/kept.test.js": "test('a', () => {});\ntest('b', () => {});\n",
    "plan.yaml": stringify({ summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: "P", ...task })) }),
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 1, leaseMs: 3000 }\n${config}`,
    "script.json": JSON.stringify({ answers: { "reviewer:*": { text: "fine" }, ...answers } }),
  });
  const faults = join(project.home, "faults");
  const result = await runTutti(project, {
    args: ["run", "--plan", "plan.yaml", "--yes"],
    env: { TUTTI_FAULT: "decide.made@worker,decide.after@worker", TUTTI_FAULT_FOLDER: faults },
  });
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  expect((await readFile(join(faults, "killed"), "utf8")).trim().split("\n")).toEqual([
    "worker decide.made",
    "worker decide.after",
  ]);
  return inspectJob(project);
}

const made = (path: string) => ({ write: { [path]: "made\n" }, text: `Wrote ${path}.` });
const onBranch = ({ job }: JobFacts, path: string): Promise<string> => project.git("show", `${job.branch}:${path}`);
const part = (key: string, path: string) => ({ key, title: key, prompt: `Write ${path}.`, expectedOutputs: [path] });

describe("with kill -9 before and after the decision", () => {
  it("a task that is too big is split once, and comes after its parts", async () => {
    const facts = await runKilled({
      tasks: [{ key: "big", expectedOutputs: ["all.txt"] }],
      config: "decisions: { split: true, splitAfter: 1 }\n",
      answers: {
        big: [{ failure: { class: "recoverable", code: "AGENT_TIMED_OUT" } }, made("all.txt")],
        "manager:big": {
          result: {
            summary: "Two halves.",
            tasks: [part("one", "one.txt"), { ...part("two", "two.txt"), dependsOn: ["one"] }],
          },
        },
        "big-one": made("one.txt"),
        "big-two": made("two.txt"),
      },
    });
    expect(statusesOf(facts)).toEqual({ big: "completed", "big-one": "completed", "big-two": "completed" });
    expect(facts.tasks["big-two"]?.spec).toMatchObject({ partOf: "big", dependsOn: ["big-one"] });
    expect(await Promise.all(["one.txt", "two.txt", "all.txt"].map((path) => onBranch(facts, path)))).toEqual([
      "made",
      "made",
      "made",
    ]);
    expect(facts.events.filter(({ type }) => type === "tasks-added")).toHaveLength(1);
  });

  it("a task that failed for good is replaced, and what needs it waits for the other one", async () => {
    const facts = await runKilled({
      tasks: [
        { key: "first", expectedOutputs: ["first.txt"] },
        { key: "second", dependsOn: ["first"], expectedOutputs: ["second.txt"] },
      ],
      config: "decisions: { replan: true }\n",
      answers: {
        first: { failure: { class: "permanent", message: "There is no such library." } },
        "manager:first": {
          result: {
            summary: "Without the library.",
            tasks: [
              part("instead", "instead.txt"),
              { ...part("second", "second.txt"), prompt: "Build on instead.txt." },
            ],
          },
        },
        instead: made("instead.txt"),
        second: made("second.txt"),
      },
    });
    expect(facts.job.status).toBe("completed");
    expect(statusesOf(facts)).toEqual({ first: "cancelled", instead: "completed", second: "completed" });
    expect(facts.tasks["second"]?.spec).toMatchObject({ dependsOn: ["instead"], prompt: "Build on instead.txt." });
  });

  it("work that deletes tests is taken back and stays reachable", async () => {
    const facts = await runKilled({
      tasks: [{ key: "tidy", expectedOutputs: ["tidy.txt"] }],
      config: "",
      answers: { tidy: [{ delete: ["test/kept.test.js"], ...made("tidy.txt") }, made("tidy.txt")] },
    });
    const [refused, accepted] = facts.attempts["tidy"] ?? [];
    expect(refused?.decision?.action).toBe("rollback");
    expect(accepted).toMatchObject({ status: "accepted", conversation: accepted?.id });
    expect(accepted?.id).not.toBe(refused?.id);
    expect(await onBranch(facts, "test/kept.test.js")).toContain("test('a'");
    const refs = await project.git("for-each-ref", "--format=%(objectname)", "refs/tutti/");
    expect(refs.split("\n")).toContain(refused?.snapshotCommit);
  });

  it("a question is answered and the attempt goes on", async () => {
    judge = await fakeOllama({ answers: [{ purpose: "clarify", answer: { canAnswer: true, answer: "In CSV." } }] });
    const asks = { text: "Which format do you want?", again: made("out.csv") };
    const facts = await runKilled({
      tasks: [{ key: "export", expectedOutputs: ["out.csv"] }],
      config: `supervisor: { kind: ollama, model: judge, baseUrl: "${judge.url}", purposes: [clarify] }\n`,
      answers: { export: asks },
    });
    expect(facts.attempts["export"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(facts.tasks["export"]?.failures).toBe(0);
  });
});
