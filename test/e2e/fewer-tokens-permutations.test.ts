import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

type Fields = Readonly<Record<string, unknown>>;
type Task = Fields & { readonly key: string };

const task = (key: string, fields: Fields = {}): Task => ({ key, title: `Do ${key}`, prompt: `Do ${key}.`, ...fields });
const writes = (key: string, text = key): Fields => ({
  write: { [`out/${key}.txt`]: `${text}\n` },
  text: `did ${key}`,
});
const review = { result: { verdict: "reached", summary: "There.", findings: [], nextSteps: [] } };

type Setup = { readonly answers: Fields; readonly config?: string };

async function start({ answers, config = "" }: Setup): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: ../home/script.json }\nexecution: { workers: 3 }\n${config}`,
  });
  const script = { requestLog: join(project.home, "requests"), answers: { ...answers, "reviewer:*": review } };
  await project.write({ "../home/script.json": JSON.stringify(script) });
}

type Asked = {
  readonly task: string;
  readonly attempt: number;
  readonly model: string;
  readonly sessionId: string;
  readonly isForked: boolean;
  readonly isResumed: boolean;
};

/** Carries a plan out: once, or with as many resumes as planted deaths make necessary. */
async function carryOut(tasks: readonly Task[], faults: readonly string[] = []) {
  await project.write({ "../home/plan.json": JSON.stringify({ summary: "Some files.", tasks }) });
  const env = { TUTTI_FAULT_FOLDER: join(project.home, "faults"), TUTTI_FAULT: faults.join() };
  const run = (...args: readonly string[]) => runTutti(project, { args: [...args, "--json"], env });
  let result = await run("run", "--plan", "../home/plan.json", "--yes");
  for (let times = 0; result.signal === "SIGKILL" && times < faults.length; times += 1) result = await run("resume");
  const log = await readFile(join(project.home, "requests"), "utf8");
  const requests = log
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Asked & { role: string }]));
  return { ...result, facts: await inspectJob(project), asked: requests.filter(({ role }) => role === "worker") };
}

const originOf = ({ attempts }: JobFacts, key: string) => attempts[key]?.[0]?.origin;
const firstAttempt = ({ job }: JobFacts, key: string): string => `${job.id}/${key}/1`;
const keys = ["a", "b", "c"];
const batchOf = (name: string, members: readonly string[]) =>
  members.map((key) => task(key, { batch: name, expectedOutputs: [`out/${key}.txt`] }));
const batch = batchOf("small", keys);
const allWrite = Object.fromEntries([...keys, "d", "e", "f"].map((key) => [key, writes(key)]));

describe("a batch", () => {
  it("goes on without the task that fails, and shares a conversation only among tasks for the same model", async () => {
    await start({ answers: { ...allWrite, b: { text: "I did nothing." } } });
    const others = batchOf("other", ["d", "e", "f"]).map((one) =>
      one.key === "e" ? { ...one, escalate: ["haiku"] } : one,
    );
    const { facts, asked } = await carryOut([...batch, ...others]);
    const done = Object.fromEntries(["a", "c", "d", "e", "f"].map((key) => [key, "completed"]));
    expect(statusesOf(facts)).toEqual({ ...done, b: "failed" });
    expect(originOf(facts, "c")).toEqual({ of: "batch", attempt: firstAttempt(facts, "a"), isForked: true });
    const sessions = (key: string) =>
      new Set(asked.filter((request) => request.task === key).map(({ sessionId }) => sessionId));
    // What went wrong with one stays in its own conversation.
    expect(sessions("b").size).toBe(1);
    expect(new Set(keys.flatMap((key) => [...sessions(key)])).size).toBe(3);
    expect(originOf(facts, "e")).toBeUndefined();
    expect(originOf(facts, "f")).toEqual({ of: "batch", attempt: firstAttempt(facts, "d"), isForked: true });
  });

  it("loses nothing and does nothing twice when processes die on the way", async () => {
    await start({ answers: allWrite });
    const inWorker = ["attempt.begun", "execute.session-known", "execute.after-agent", "decide.after"];
    const points = [...inWorker, "integrate.advanced"];
    const { facts, exitCode, stdout, stderr } = await carryOut(batch, points);
    expect(exitCode, stdout + stderr).toBe(0);
    const killed = (await readFile(join(project.home, "faults/killed"), "utf8")).trim().split("\n");
    expect(new Set(killed.map((line) => line.split(" ")[1]))).toEqual(new Set(points));
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "completed", c: "completed" });
    for (const key of keys) {
      expect(facts.attempts[key]?.filter(({ status }) => status === "accepted")).toHaveLength(1);
      expect(await project.git("show", `${facts.job.branch}:out/${key}.txt`)).toBe(key);
    }
    expect(originOf(facts, "c")).toMatchObject({ of: "batch", isForked: true });
  });
});

describe("a task that continues its parent", () => {
  const child = (key: string, fields: Fields) => task(key, { parent: "parent", continuesParent: true, ...fields });
  const parent = task("parent", { expectedOutputs: ["out/parent.txt"] });

  it("keeps its own conversation after work that was not good enough; begins anew where the parent's work was replayed", async () => {
    const slow = [{ text: "nothing" }, writes("slow")];
    await start({ answers: { parent: writes("parent"), child: writes("child"), slow } });
    const first = await carryOut([
      parent,
      child("child", { prompt: "Do it." }),
      child("slow", { expectedOutputs: ["out/slow.txt"] }),
    ]);
    expect(first.exitCode, first.stderr).toBe(0);
    const forked = { of: "parent", attempt: firstAttempt(first.facts, "parent"), isForked: true };
    expect(originOf(first.facts, "child")).toEqual(forked);
    const own = first.asked.filter((request) => request.task === "slow");
    expect(own.map(({ attempt, isForked }) => [attempt, isForked])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(new Set(own.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(first.facts.attempts["slow"]?.map(({ origin }) => origin?.isForked)).toEqual([true, undefined]);

    const second = await carryOut([parent, child("child", { prompt: "Do it otherwise." })]);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(originOf(second.facts, "child")).toMatchObject({
      isForked: false,
      reason: "its work was replayed from the cache",
    });
    expect(second.facts.events.filter(({ type }) => type === "conversation-missed")).toHaveLength(1);
  });
});

describe("a ladder of models", () => {
  const ladder = { config: "models: { worker: { escalate: [haiku, sonnet, opus] } }\n" };
  const modelsOf = ({ attempts }: JobFacts, key: string) => attempts[key]?.map(({ model }) => model);

  it("climbs a rung after work that was not good enough; not when the network fails or the agent stalls or answers in another form", async () => {
    const answers = {
      bad: [{ text: "nothing" }, { text: "nothing again" }, writes("bad")],
      good: writes("good"),
      network: { failure: { class: "transient", times: 2 }, ...writes("network") },
      stalls: [{ failure: { class: "stuck" } }, writes("stalls")],
      slow: [{ failure: { class: "recoverable", code: "AGENT_TIMED_OUT" } }, writes("slow")],
    };
    await start({ answers, ...ladder });
    const others = ["good", "network", "stalls", "slow"].map((key) => task(key));
    const tasks = [task("bad", { expectedOutputs: ["out/bad.txt"] }), ...others];
    const { facts, asked, exitCode, stderr } = await carryOut(tasks);
    expect(exitCode, stderr).toBe(0);
    expect(modelsOf(facts, "bad")).toEqual(["haiku", "sonnet", "opus"]);
    expect(modelsOf(facts, "good")).toEqual(["haiku"]);
    expect(asked.filter((request) => request.task === "bad").map(({ model }) => model)).toEqual([
      "haiku",
      "sonnet",
      "opus",
    ]);
    expect(modelsOf(facts, "network")).toEqual(["haiku"]);
    expect(modelsOf(facts, "stalls")).toEqual(["haiku", "haiku"]);
    expect(modelsOf(facts, "slow")).toEqual(["haiku", "haiku"]);
  });

  it("climbs when work is sent back by a gate on the merged tree", async () => {
    const merged = "gates: [{ name: whole, run: '! grep -rqs wrong out', on: [merged] }]\n";
    await start({ answers: { one: [writes("one", "wrong"), writes("one")] }, config: `${ladder.config}${merged}` });
    const { facts, exitCode, stderr } = await carryOut([task("one")]);
    expect(exitCode, stderr).toBe(0);
    expect(modelsOf(facts, "one")).toEqual(["haiku", "sonnet"]);
  });

  it("refuses a model without a price under a limit before anything is spent, naming the rung", async () => {
    await start({ answers: {}, config: "budget: { maxCostUsdPerJob: 1 }\n" });
    await project.write({
      "../home/plan.json": JSON.stringify({
        summary: "s",
        tasks: [task("one", { escalate: ["haiku", "claude-nobody-9"] })],
      }),
    });
    const { exitCode, stderr } = await runTutti(project, { args: ["run", "--plan", "../home/plan.json", "--yes"] });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("tasks[0].escalate[1]");
    expect(await project.git("for-each-ref", "refs/heads/tutti", "refs/tutti")).toBe("");
  });
});
