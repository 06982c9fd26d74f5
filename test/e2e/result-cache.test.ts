import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

type Task = Readonly<Record<string, unknown>> & { readonly key: string };

const task = (key: string, more: Readonly<Record<string, unknown>> = {}): Task => ({
  key,
  title: `Do ${key}`,
  prompt: `Do ${key}.`,
  ...more,
});
/** a and b side by side, c after a, d after c. */
const tasks: readonly Task[] = [task("a"), task("b"), task("c", { dependsOn: ["a"] }), task("d", { dependsOn: ["c"] })];

type Setup = {
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
};

const writesOwnFile = (key: string, text = key) => ({ write: { [`out/${key}.txt`]: `${text}\n` } });

async function start({ answers = {}, config = "", files = {} }: Setup = {}): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "list.txt": "1\n2\n3\n4\n5\n",
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: ${scriptPath} }\nexecution: { workers: 2 }\n${config}`,
    ...files,
  });
  await script(answers);
}

const scriptPath = "../home/script.json";
const requestLog = (): string => join(project.home, "requests");

async function script(answers: Readonly<Record<string, unknown>>): Promise<void> {
  const own = Object.fromEntries(["a", "b", "c", "d", "new"].map((key) => [key, writesOwnFile(key)]));
  const review = { verdict: "reached", summary: "There.", findings: [], nextSteps: [] };
  const all = { ...own, "reviewer:*": { result: review }, "resolver:*": { text: "kept" }, ...answers };
  await project.write({ [scriptPath]: JSON.stringify({ requestLog: requestLog(), answers: all }) });
}

const runPlan = (plan: readonly Task[], ...flags: readonly string[]) => run({ plan, flags });

type Run = {
  readonly plan: readonly Task[];
  readonly flags?: readonly string[];
  /** Where a process is killed: see `src/domain/fault-points.ts`. */
  readonly fault?: string;
};

async function run({ plan, flags = [], fault }: Run) {
  await project.write({ "../home/plan.json": JSON.stringify({ summary: "Some files.", tasks: plan }) });
  return tutti(["run", "--plan", "../home/plan.json", "--yes", "--json", ...flags], fault);
}

/** @returns what it said, what the newest job came to, and which workers' and resolvers' agents were asked */
async function tutti(args: readonly string[], fault?: string) {
  const before = (await workerRequests()).length;
  const faults = {
    TUTTI_FAULT_FOLDER: join(project.home, "faults"),
    ...(fault === undefined ? {} : { TUTTI_FAULT: fault }),
  };
  const result = await runTutti(project, { args, env: faults });
  const facts = await inspectJob(project);
  const asked = (await workerRequests()).slice(before).toSorted();
  return { ...result, facts, asked, preview: previewOf(result.stdout) };
}

async function workerRequests(): Promise<readonly string[]> {
  const text = await readFile(requestLog(), "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const requests = lines.map((line) => JSON.parse(line) as { role: string; task: string; attempt: number });
  return requests.filter(({ role }) => role !== "reviewer").map((r) => `${r.role} ${r.task}#${r.attempt}`);
}

const previewOf = (stdout: string): unknown => {
  const preview = parseNdjson(stdout).find(({ type }) => type === "preview") as
    { tasks: readonly { key: string; status: string; changed: readonly string[] }[] } | undefined;
  return Object.fromEntries((preview?.tasks ?? []).map(({ key, status, changed }) => [key, [status, ...changed]]));
};

const treeOf = ({ job }: JobFacts): Promise<string> => project.git("rev-parse", `${job.branch}^{tree}`);
const eventsOf = ({ events }: JobFacts, type: string): readonly string[] =>
  events.filter((event) => event.type === type).map(({ taskId }) => taskId?.split("/").at(-1) ?? "");

const cacheRefs = async (): Promise<readonly string[]> =>
  (await project.git("for-each-ref", "--format=%(refname)", "refs/tutti/cache/"))
    .split("\n")
    .filter((ref) => ref !== "");

describe("the same plan again", () => {
  it("asks no agent for anything, says so beforehand, and comes to the same tree", async () => {
    await start({ config: "gates: [{ name: there, run: test -d out }]\n" });
    const first = await runPlan(tasks);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.asked).toHaveLength(4);
    expect(first.preview).toEqual({ a: ["new"], b: ["new"], c: ["new"], d: ["new"] });

    const second = await runPlan(tasks);

    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.facts.job.id).not.toBe(first.facts.job.id);
    expect(second.asked).toEqual([]);
    expect(second.preview).toEqual({ a: ["cached"], b: ["cached"], c: ["cached"], d: ["cached"] });
    expect(await treeOf(second.facts)).toBe(await treeOf(first.facts));
    expect(eventsOf(second.facts, "result-replayed").toSorted()).toEqual(["a", "b", "c", "d"]);
    expect(second.facts.tasks["a"]?.evidence).toMatchObject({
      replayOf: { attempt: first.facts.attempts["a"]?.[0]?.id },
      gates: [
        { on: "attempt", isOk: true },
        { on: "merged", isOk: true },
      ],
    });
    expect(second.facts.attempts["a"]).toMatchObject([{ outcome: { usage: {}, text: "done" } }]);
    expect(await project.git("status", "--porcelain")).toBe("");
  });

  it("has everything done anew with --no-cache, and keeps what that comes to", async () => {
    await start();
    await runPlan(tasks);
    await script({ a: writesOwnFile("a", "better") });

    const anew = await runPlan(tasks, "--no-cache");
    const again = await runPlan(tasks);

    expect(anew.asked).toHaveLength(4);
    expect(anew.preview).toEqual({ a: ["re-run"], b: ["re-run"], c: ["re-run"], d: ["re-run"] });
    expect(again.asked).toEqual([]);
    expect(await project.git("show", `${again.facts.job.branch}:out/a.txt`)).toBe("better");
  });

  it("goes on after a worker was killed in the middle of a replay, without an agent", async () => {
    await start({ config: "gates: [{ name: there, run: test -d out }]\n" });
    await runPlan(tasks);

    for (const point of ["slot.moved", "execute.after-agent", "proof.recorded"]) {
      const again = await run({ plan: tasks, fault: `${point}@worker` });
      expect(again.exitCode, `${point}: ${again.stderr}`).toBe(0);
      expect(again.asked, point).toEqual([]);
      expect(Object.values(again.facts.attempts).map(({ length }) => length)).toEqual([1, 1, 1, 1]);
    }
  });
});

describe("an edited plan", () => {
  it("runs the task that has changed and what depends on it; the rest is cached", async () => {
    await start();
    await runPlan(tasks);
    const edited = tasks.map((each) => (each.key === "a" ? { ...each, prompt: "Do a, better.", priority: 9 } : each));

    const second = await runPlan([...edited.toReversed(), task("new")]);

    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.preview).toEqual({
      a: ["re-run", "prompt"],
      b: ["cached"],
      c: ["re-run", "dependencies"],
      d: ["re-run", "dependencies"],
      new: ["new"],
    });
    expect(second.asked).toEqual(["worker a#1", "worker c#1", "worker d#1", "worker new#1"]);
  });
});

describe("a cached result that doesn't fit", () => {
  const line = (text: string) => ({ run: [`sed -i '3s/.*/${text}/' list.txt`] });
  // Tasks that promise the same file never run at once.
  const onList = { expectedOutputs: ["list.txt"] };

  it("is a miss where it is in conflict: the agent does the work, and nothing has failed", async () => {
    await start({ answers: { a: line("a"), b: line("b") } });
    await runPlan([task("b", onList)]);

    const second = await runPlan([task("a", { ...onList, priority: 9 }), task("b", onList)]);

    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.asked).toEqual(["worker a#1", "worker b#1"]);
    expect(eventsOf(second.facts, "result-missed")).toEqual(["b"]);
    expect(second.facts.tasks["b"]).toMatchObject({ status: "completed", failures: 0 });
    expect(await project.git("show", `${second.facts.job.branch}:list.txt`)).toBe("1\n2\nb\n4\n5");
  });

  it.each([
    ["attempt", "worker a#1"],
    ["merged", "worker a#2"],
  ])("is a miss where a gate fails on the %s, and the agent's result takes its place", async (on, asked) => {
    const gate = `test ! -e $HOME/strict || grep -q better out/a.txt`;
    await start({ config: `gates: [{ name: good, on: [${on}], run: '${gate}' }]\n` });
    await runPlan([task("a")]);
    await script({ a: writesOwnFile("a", "better") });
    await project.write({ "../home/strict": "" });

    const second = await runPlan([task("a")]);
    const third = await runPlan([task("a")]);

    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.asked).toEqual([asked]);
    expect(second.facts.tasks["a"]).toMatchObject({ status: "completed", failures: 0 });
    expect(second.facts.tasks["a"]?.evidence?.replayOf).toBeUndefined();
    expect(eventsOf(second.facts, "result-missed")).toEqual(["a"]);
    expect(third.asked).toEqual([]);
    expect(await project.git("show", `${third.facts.job.branch}:out/a.txt`)).toBe("better");
  });

  it("is not tried again when its task is retried", async () => {
    const gate = "test ! -e $HOME/strict || grep -q better out/a.txt";
    await start({ config: `gates: [{ name: good, run: '${gate}' }]\n` });
    await project.write({
      "tutti.config.yaml": (await readFile(join(project.root, "tutti.config.yaml"), "utf8")).replace(
        "workers: 2",
        "workers: 2, maxAttempts: 1",
      ),
    });
    await runPlan([task("a")]);
    await project.write({ "../home/strict": "" });
    const failed = await runPlan([task("a")]);
    expect(failed.exitCode).toBe(1);
    expect(failed.asked).toEqual(["worker a#1"]);
    await script({ a: writesOwnFile("a", "better") });

    const retried = await tutti(["retry", "--json"]);

    expect(retried.exitCode, retried.stderr).toBe(0);
    expect(retried.asked).toEqual(["worker a#2"]);
    expect(eventsOf(retried.facts, "result-replayed")).toEqual(["a"]);
  });

  it("waits for a person where it changes what has become protected", async () => {
    await start();
    await runPlan([task("a")]);
    const config = await readFile(join(project.root, "tutti.config.yaml"), "utf8");
    await project.write({ "tutti.config.yaml": `${config}protectedPaths: [out/**]\n` });

    const second = await runPlan([task("a")]);

    expect(second.exitCode).toBe(3);
    expect(second.facts.tasks["a"]).toMatchObject({ status: "waiting", waitsFor: "person" });
    expect(second.asked).toEqual([]);

    await script({ a: { write: { "a.txt": "a" } } });
    const retried = await tutti(["retry", "--json"]);
    expect(retried.exitCode, retried.stderr).toBe(0);
    expect(retried.asked).toEqual(["worker a#2"]);
  });
});

describe("a cached result whose gate can't be run", () => {
  it("waits for a person and is replayed when that is repaired", async () => {
    await start({ config: "gates: [{ name: tool, on: [attempt], run: sh $HOME/tool.sh }]\n" });
    await project.write({ "../home/tool.sh": "exit 0\n" });
    await runPlan([task("a")]);
    await project.write({ "../home/tool.sh": "exit 127\n" });
    const second = await runPlan([task("a")]);
    expect(second.exitCode, second.stderr).toBe(3);
    await project.write({ "../home/tool.sh": "exit 0\n" });

    const retried = await tutti(["retry", "--json"]);

    expect(retried.exitCode, retried.stderr).toBe(0);
    expect([...second.asked, ...retried.asked]).toEqual([]);
  });
});

describe("the store of results", () => {
  it("survives a kill between the ref and the row", async () => {
    await start();
    const killed = await run({ plan: tasks, fault: "integrate.cached@coordinator" });
    expect(killed.signal).toBe("SIGKILL");
    const resumed = await tutti(["resume", "--yes", "--json"]);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.preview).toMatchObject({ c: ["new"], d: ["new"] });
    expect(await cacheRefs()).toHaveLength(4);

    expect((await runPlan(tasks)).asked).toEqual([]);
  });

  it("does without a result whose ref is gone", async () => {
    await start();
    await runPlan([task("a"), task("b")]);
    const [ref = ""] = await cacheRefs();
    await project.git("update-ref", "-d", ref);

    const second = await runPlan([task("a"), task("b")]);

    expect(second.asked).toHaveLength(1);
    expect(Object.values(statusesOf(second.facts))).toEqual(["completed", "completed"]);
    expect(await cacheRefs()).toHaveLength(2);
  });

  it("is listed and pruned, with refs that belong to no result, and nothing else", async () => {
    await start();
    await runPlan([task("a"), task("b")]);
    await runPlan([task("a"), task("b")]);
    await project.git("update-ref", `refs/tutti/cache/${"0".repeat(64)}`, "main");
    const others = async () =>
      (await project.git("for-each-ref")).split("\n").filter((ref) => !ref.includes("/cache/"));
    const before = await others();

    const listed = await runTutti(project, { args: ["cache", "ls", "--json"] });
    const young = await runTutti(project, { args: ["cache", "prune", "--older-than", "1h"] });
    const all = await runTutti(project, { args: ["cache", "prune", "--all", "--json"] });

    const { results } = JSON.parse(listed.stdout) as { results: readonly Record<string, unknown>[] };
    expect(results).toMatchObject([
      { costUsd: 0.001, uses: 1, savedUsd: 0.001 },
      { costUsd: 0.001, uses: 1, savedUsd: 0.001 },
    ]);
    expect(young.stdout).toBe("Removed 0 results and 1 ref without one; 2 kept.\n");
    expect(JSON.parse(all.stdout)).toMatchObject({ removed: results.map(({ key }) => key), strayRefs: 0, kept: 0 });
    expect(await cacheRefs()).toEqual([]);
    expect(await others()).toEqual(before);
    expect((await runPlan([task("a"), task("b")])).asked).toHaveLength(2);
  });
});
