import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { openProject } from "../../src/compose.ts";
import { asJobId, asWorkerId } from "../../src/domain/ids.ts";
import { Tutti } from "../../src/index.ts";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { environmentOf, runTutti } from "../support/tutti-process.ts";

let project: ScratchProject | undefined;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  await project?.remove();
});

type Turn = Readonly<Record<string, unknown>>;
type Rules = readonly { readonly match: Turn; readonly turns: readonly Turn[] }[];

const review = { verdict: "reached", summary: "It is there.", findings: [], nextSteps: [] };
const writes = (key: string, extra: Turn = {}): readonly Turn[] => [
  { writes: { [`out/${key}.txt`]: `${key}\n` }, ...extra },
  { says: `Wrote ${key}.` },
];
const task = (key: string, fields: Turn = {}): Turn => ({
  key,
  title: `Write ${key}`,
  prompt: `Write out/${key}.txt.`,
  expectedOutputs: [`out/${key}.txt`],
  ...fields,
});

type Job = { readonly tasks: readonly Turn[]; readonly rules: Rules; readonly settings: string };

/** Carries a plan out with the real Claude Code; the model server counts what it is sent. */
async function carryOut({ tasks, rules, settings }: Job) {
  const scenario = {
    usage: "counted",
    rules: [...rules, { match: { role: "reviewer" }, turns: [{ structured: review }] }],
  };
  model = await startSimulator({ scenario: parseScenario(stringify(scenario), "scenario.yaml") });
  const files = { "README.md": "# Scratch\n", "guide.md": "A rule of this project.\n".repeat(800) };
  project = await scratchProject({ ...files, "tutti.config.yaml": settings });
  await project.write({ "../home/plan.json": JSON.stringify({ summary: "Some files.", tasks }) });
  const args = ["run", "--plan", "../home/plan.json", "--yes", "--json"];
  const result = await runTutti(project, { args, modelUrl: model.url });
  return { ...result, facts: await inspectJob(project), requests: model.requests, unmatched: model.unmatched };
}

const rule = (key: string, turns: readonly Turn[], attempt?: number) => ({
  match: { role: "worker", task: key, ...(attempt === undefined ? {} : { attempt }) },
  turns,
});

/** As a worker that is at work in them would: whoever comes has to make a slot of its own. */
async function occupySlots(env: Readonly<Record<string, string | undefined>>, job: string): Promise<void> {
  const opened = await openProject({ cwd: project?.root ?? "", env });
  const { fleet } = opened.services.state;
  const taken = await fleet.takeSlot({ jobId: asJobId(job), workerId: asWorkerId("somebody") });
  await opened.close();
  if (taken === undefined) throw new Error("the job has no free slot to occupy");
}

describe("a task that continues its parent", () => {
  it("knows what the parent's agent knows, in another slot, and begins anew where the agent has forgotten", async () => {
    const rules = [
      rule("base", [{ reads: ["guide.md"] }, ...writes("base")]),
      ...["left", "right"].map((key) => rule(key, writes(key))),
    ];
    model = await startSimulator({ scenario: parseScenario(stringify({ usage: "counted", rules }), "scenario.yaml") });
    project = await scratchProject({ "guide.md": "A rule of this project.\n".repeat(800) });
    const env = environmentOf(project, { modelUrl: model.url });
    const config = { execution: { workers: 1 }, agent: { sandbox: "off" as const } };
    await using tutti = new Tutti({ cwd: project.root, env, config, note: () => undefined });
    const job = await tutti.createJob("Write files");
    const base = await tutti.addSubtask(job, "Write base.", { key: "base", expectedOutputs: ["out/base.txt"] });
    await tutti.waitAndCollect(job);
    await occupySlots(env, job);

    const follows = { parentTaskId: base, continuesParent: true };
    await tutti.addSubtask(job, "Write left.", { key: "left", expectedOutputs: ["out/left.txt"], ...follows });
    await tutti.waitAndCollect(job);
    await rm(join(project.home, ".claude", "projects"), { recursive: true });
    await tutti.addSubtask(job, "Write right.", { key: "right", expectedOutputs: ["out/right.txt"], ...follows });
    await tutti.waitAndCollect(job);

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ base: "completed", left: "completed", right: "completed" });
    const first = (key: string) => facts.attempts[key]?.[0];
    const [parent, left, right] = [first("base"), first("left"), first("right")];
    expect(left?.origin).toEqual({ of: "parent", attempt: parent?.id, isForked: true });
    expect(left?.slotId).not.toBe(parent?.slotId);
    expect(right?.origin).toMatchObject({ of: "parent", attempt: parent?.id, isForked: false });
    // What the parent's agent has read is in front of the fork, and in the model server's cache.
    const { requests } = model;
    const firstOf = (key: string) => requests.find((asked) => asked.task === key);
    const guideTokens = (800 * 24) / 4;
    expect(firstOf("left")?.usage?.cacheReadTokens).toBeGreaterThan(
      guideTokens + (firstOf("right")?.usage?.cacheReadTokens ?? 0),
    );
    expect(new Set(["base", "left", "right"].map((key) => firstOf(key)?.sessionId)).size).toBe(3);
    expect(model.unmatched).toEqual([]);
    expect(await project.git("show", `tutti/${job}:out/right.txt`)).toBe("right");
  });
});

describe("a batch", () => {
  it("goes on in one conversation, task after task, each with its own result", async () => {
    const keys = ["one", "two", "three"];
    const { exitCode, stderr, facts, requests, unmatched } = await carryOut({
      settings: "execution: { workers: 2 }\nagent: { sandbox: off }\n",
      tasks: keys.map((key) => task(key, { batch: "files" })),
      rules: keys.map((key) => rule(key, key === "one" ? [{ reads: ["guide.md"] }, ...writes(key)] : writes(key))),
    });
    expect(exitCode, stderr).toBe(0);
    expect(unmatched).toEqual([]);
    const attempts = keys.map((key) => facts.attempts[key]?.[0]);
    const [one, two, three] = attempts;
    expect(attempts.map((attempt) => attempt?.origin)).toEqual([
      undefined,
      { of: "batch", attempt: one?.id, isForked: true },
      { of: "batch", attempt: two?.id, isForked: true },
    ]);
    expect(attempts.map((attempt) => attempt?.outcome?.text)).toEqual(["Wrote one.", "Wrote two.", "Wrote three."]);
    expect(three?.startedAt).toBeGreaterThanOrEqual(two?.startedAt ?? Infinity);
    // One after another: no request of one task falls between those of another.
    const order = requests.flatMap(({ task: key }) => (key === undefined ? [] : [key]));
    expect(order.filter((key, at) => key !== order[at - 1])).toEqual(keys);
  });
});

describe("a ladder of models", () => {
  it("asks the cheap model first and the stronger one after a failed gate", async () => {
    const { exitCode, stderr, facts, requests, unmatched } = await carryOut({
      settings: [
        "models: { worker: { escalate: [haiku, sonnet] } }",
        "execution: { workers: 1 }",
        "agent: { sandbox: off }",
        'gates: [{ name: good, run: "! grep -rqs wrong out" }]',
        "budget: { maxCostUsdPerJob: 5 }",
      ].join("\n"),
      tasks: [task("easy"), task("hard"), task("own", { escalate: ["sonnet", "opus"] })],
      rules: [
        rule("hard", [{ writes: { "out/hard.txt": "wrong\n" } }, { says: "Done." }], 1),
        ...["easy", "hard", "own"].map((key) => rule(key, writes(key))),
      ],
    });
    expect(exitCode, stderr).toBe(0);
    expect(unmatched).toEqual([]);
    const models = (key: string) => facts.attempts[key]?.map((attempt) => attempt.model);
    expect(models("easy")).toEqual(["haiku"]);
    expect(models("hard")).toEqual(["haiku", "sonnet"]);
    expect(models("own")).toEqual(["sonnet"]);
    const asked = (key: string) =>
      new Set(requests.filter((request) => request.task === key).map((request) => request.model));
    expect(asked("easy")).toEqual(new Set(["claude-haiku-5-5"]));
    expect(asked("hard")).toEqual(new Set(["claude-haiku-5-5", "claude-sonnet-5-5"]));
    expect(asked("own")).toEqual(new Set(["claude-sonnet-5-5"]));
  });
});
