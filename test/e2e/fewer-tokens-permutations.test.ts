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

/** Carries a plan out, with as many resumes as a planted death makes necessary. */
async function carryOut(tasks: readonly Task[], fault?: string) {
  await project.write({ "../home/plan.json": JSON.stringify({ summary: "Some files.", tasks }) });
  const folder = { TUTTI_FAULT_FOLDER: join(project.home, "faults") };
  const env = fault === undefined ? folder : { ...folder, TUTTI_FAULT: fault };
  const result = await runTutti(project, { args: ["run", "--plan", "../home/plan.json", "--yes", "--json"], env });
  const log = await readFile(join(project.home, "requests"), "utf8");
  const requests = log
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Asked & { role: string }]));
  return { ...result, facts: await inspectJob(project), asked: requests.filter(({ role }) => role === "worker") };
}

const originOf = ({ attempts }: JobFacts, key: string) => attempts[key]?.[0]?.origin;
const firstAttempt = ({ job }: JobFacts, key: string): string => `${job.id}/${key}/1`;
const keys = ["a", "b", "c"];
const batch = keys.map((key) => task(key, { batch: "small", expectedOutputs: [`out/${key}.txt`] }));

describe("a batch", () => {
  it("goes on without the task that fails, from the last one that was accepted", async () => {
    await start({ answers: { a: writes("a"), b: { text: "I did nothing." }, c: writes("c") } });
    const { facts, asked } = await carryOut(batch);
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "failed", c: "completed" });
    expect(originOf(facts, "c")).toEqual({ of: "batch", attempt: firstAttempt(facts, "a"), isForked: true });
    const sessions = (key: string) =>
      new Set(asked.filter((request) => request.task === key).map(({ sessionId }) => sessionId));
    // What went wrong with one stays in its own conversation.
    expect(sessions("b").size).toBe(1);
    expect(new Set(keys.flatMap((key) => [...sessions(key)])).size).toBe(3);
  });

  it("shares a conversation only among tasks for the same model", async () => {
    await start({ answers: Object.fromEntries(keys.map((key) => [key, writes(key)])) });
    const [a, b, c] = batch.map((one) => (one.key === "b" ? { ...one, escalate: ["haiku"] } : one));
    const { facts, exitCode, stderr } = await carryOut([a, b, c].flatMap((one) => one ?? []));
    expect(exitCode, stderr).toBe(0);
    expect(originOf(facts, "b")).toBeUndefined();
    expect(originOf(facts, "c")).toEqual({ of: "batch", attempt: firstAttempt(facts, "a"), isForked: true });
  });

  it.each(["attempt.begun", "execute.session-known", "execute.after-agent", "decide.after", "integrate.advanced"])(
    "loses nothing and does nothing twice when a process dies at %s",
    async (fault) => {
      await start({ answers: Object.fromEntries(keys.map((key) => [key, writes(key)])) });
      const first = await carryOut(batch, fault);
      const last =
        first.exitCode === 0
          ? first.facts
          : await runTutti(project, { args: ["resume", "--json"] }).then(() => inspectJob(project));
      expect(statusesOf(last)).toEqual({ a: "completed", b: "completed", c: "completed" });
      for (const key of keys) {
        expect(last.attempts[key]?.filter(({ status }) => status === "accepted")).toHaveLength(1);
        expect(await project.git("show", `${last.job.branch}:out/${key}.txt`)).toBe(key);
      }
      expect(originOf(last, "c")).toMatchObject({ of: "batch", isForked: true });
    },
  );
});

describe("a task that continues its parent", () => {
  const plan = (prompt: string) => [
    task("parent", { expectedOutputs: ["out/parent.txt"] }),
    task("child", { prompt, parent: "parent", continuesParent: true }),
  ];

  it("begins anew where the parent's work was replayed, and says so", async () => {
    await start({ answers: { parent: writes("parent"), child: writes("child") } });
    const first = await carryOut(plan("Do it."));
    expect(originOf(first.facts, "child")).toEqual({
      of: "parent",
      attempt: firstAttempt(first.facts, "parent"),
      isForked: true,
    });
    const second = await carryOut(plan("Do it otherwise."));
    expect(second.exitCode, second.stderr).toBe(0);
    expect(originOf(second.facts, "child")).toMatchObject({
      isForked: false,
      reason: "its work was replayed from the cache",
    });
    expect(second.facts.events.filter(({ type }) => type === "conversation-missed")).toHaveLength(1);
  });

  it("goes on with its own conversation after work that was not good enough", async () => {
    const child = [{ text: "nothing" }, writes("child")];
    await start({ answers: { parent: writes("parent"), child } });
    const tasks = plan("Do it.").map((one) =>
      one.key === "child" ? { ...one, expectedOutputs: ["out/child.txt"] } : one,
    );
    const { facts, asked, exitCode, stderr } = await carryOut(tasks);
    expect(exitCode, stderr).toBe(0);
    const own = asked.filter((request) => request.task === "child");
    expect(own.map(({ attempt, isForked }) => [attempt, isForked])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(new Set(own.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(facts.attempts["child"]?.map(({ origin }) => origin?.isForked)).toEqual([true, undefined]);
  });
});

describe("a ladder of models", () => {
  const ladder = { config: "models: { worker: { escalate: [haiku, sonnet, opus] } }\n" };
  const modelsOf = ({ attempts }: JobFacts, key: string) => attempts[key]?.map(({ model }) => model);

  it("climbs after work that was not good enough, one rung at a time", async () => {
    const answers = { bad: [{ text: "nothing" }, { text: "nothing again" }, writes("bad")], good: writes("good") };
    await start({ answers, ...ladder });
    const { facts, asked, exitCode, stderr } = await carryOut([
      task("bad", { expectedOutputs: ["out/bad.txt"] }),
      task("good"),
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(modelsOf(facts, "bad")).toEqual(["haiku", "sonnet", "opus"]);
    expect(modelsOf(facts, "good")).toEqual(["haiku"]);
    expect(asked.filter((request) => request.task === "bad").map(({ model }) => model)).toEqual([
      "haiku",
      "sonnet",
      "opus",
    ]);
  });

  it("stays on its rung when the network fails, the agent stalls or answers in another form", async () => {
    const transient = { failure: { class: "transient", times: 2 }, ...writes("network") };
    const stalls = [{ failure: { class: "stuck" } }, writes("stalls")];
    const breaks = [{ failure: { class: "recoverable", code: "AGENT_TIMED_OUT" } }, writes("slow")];
    await start({ answers: { network: transient, stalls, slow: breaks }, ...ladder });
    const { facts, exitCode, stderr } = await carryOut(["network", "stalls", "slow"].map((key) => task(key)));
    expect(exitCode, stderr).toBe(0);
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
