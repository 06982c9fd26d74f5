import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, runTuttiHere } from "../support/tutti-process.ts";

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

/** Each is kept in the first run, and doesn't fit in the second for a reason of its own. */
const misfits = ["line", "proof", "merged", "strict", "guarded", "tool"];

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
  const own = Object.fromEntries(["a", "b", "c", "d", "new", ...misfits].map((key) => [key, writesOwnFile(key)]));
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

const configAnd = async (more: string): Promise<void> => {
  const config = await readFile(join(project.root, "tutti.config.yaml"), "utf8");
  await project.write({ "tutti.config.yaml": `${config}${more}` });
};

const textOf = ({ job }: JobFacts, key: string): Promise<string> => project.git("show", `${job.branch}:out/${key}.txt`);
const treeOf = ({ job }: JobFacts): Promise<string> => project.git("rev-parse", `${job.branch}^{tree}`);
const eventsOf = ({ events }: JobFacts, type: string): readonly string[] =>
  events.filter((event) => event.type === type).map(({ taskId }) => taskId?.split("/").at(-1) ?? "");

const cacheRefs = async (): Promise<readonly string[]> =>
  (await project.git("for-each-ref", "--format=%(refname)", "refs/tutti/cache/"))
    .split("\n")
    .filter((ref) => ref !== "");

const refWith = async (path: string): Promise<string> => {
  const refs = await cacheRefs();
  const found = await Promise.all(refs.map((ref) => project.git("diff", "--name-only", "main", ref)));
  return refs[found.findIndex((paths) => paths.split("\n").includes(path))] ?? "";
};

describe("the same plan again", { timeout: 240_000 }, () => {
  it("asks no agent, also where workers are killed; with --no-cache or edited it asks those that it has to", async () => {
    await start({ config: "gates: [{ name: there, run: test -d out }]\n" });
    const first = await runPlan(tasks);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.asked).toHaveLength(4);
    expect(first.preview).toEqual({ a: ["new"], b: ["new"], c: ["new"], d: ["new"] });

    await expectReplay(first.facts);
    await expectReplayThroughKills();

    await script({ b: writesOwnFile("b", "better") });
    const anew = await runPlan(tasks, "--no-cache");
    expect(anew.asked).toHaveLength(4);
    expect(anew.preview).toEqual({ a: ["re-run"], b: ["re-run"], c: ["re-run"], d: ["re-run"] });

    await expectOnlyEditedToRun();
  });
});

async function expectReplay(first: JobFacts): Promise<void> {
  const second = await runPlan(tasks);
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.facts.job.id).not.toBe(first.job.id);
  expect(second.asked).toEqual([]);
  expect(second.preview).toEqual({ a: ["cached"], b: ["cached"], c: ["cached"], d: ["cached"] });
  expect(await treeOf(second.facts)).toBe(await treeOf(first));
  expect(eventsOf(second.facts, "result-replayed").toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(second.facts.tasks["a"]?.evidence).toMatchObject({
    replayOf: { attempt: first.attempts["a"]?.[0]?.id },
    gates: [
      { on: "attempt", isOk: true },
      { on: "merged", isOk: true },
    ],
  });
  expect(second.facts.attempts["a"]).toMatchObject([{ outcome: { usage: {}, text: "done" } }]);
  expect(await project.git("status", "--porcelain")).toBe("");
}

/** Three workers die in the middle of a replay, each at a moment of its own. */
async function expectReplayThroughKills(): Promise<void> {
  const points = ["slot.moved", "execute.after-agent", "proof.recorded"];
  const again = await run({ plan: tasks, fault: points.map((point) => `${point}@worker`).join(",") });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.asked).toEqual([]);
  expect(Object.values(again.facts.attempts).map(({ length }) => length)).toEqual([1, 1, 1, 1]);
  const killed = await readFile(join(project.home, "faults", "killed"), "utf8");
  expect(killed.trim().split("\n").toSorted()).toEqual(points.map((point) => `worker ${point}`).toSorted());
}

/** What has changed, and what depends on it; the rest is what the last run came to, which took no result but kept its own. */
async function expectOnlyEditedToRun(): Promise<void> {
  const edited = tasks.map((each) => (each.key === "a" ? { ...each, prompt: "Do a, better.", priority: 9 } : each));
  const last = await runPlan([...edited.toReversed(), task("new")]);
  expect(last.exitCode, last.stderr).toBe(0);
  expect(last.preview).toEqual({
    a: ["re-run", "prompt"],
    b: ["cached"],
    c: ["re-run", "dependencies"],
    d: ["re-run", "dependencies"],
    new: ["new"],
  });
  expect(last.asked).toEqual(["worker a#1", "worker c#1", "worker d#1", "worker new#1"]);
  expect(await textOf(last.facts, "b")).toBe("better");
}

describe("cached results that don't fit", { timeout: 240_000 }, () => {
  const line = (text: string) => ({ run: [`sed -i '3s/.*/${text}/' list.txt`] });
  // Tasks that promise the same file never run at once.
  const onList = { expectedOutputs: ["list.txt"], gates: [] };
  const isBetter = (key: string) => `test ! -e $HOME/strict || grep -q better out/${key}.txt`;
  const gates = [
    `{ name: proof, on: [attempt], run: '${isBetter("proof")}' }`,
    `{ name: merged, on: [merged], run: '${isBetter("merged")}' }`,
    `{ name: strict, run: '${isBetter("strict")}' }`,
    "{ name: tool, on: [attempt], run: sh $HOME/tool.sh }",
  ];
  const kept = [
    task("line", onList),
    task("guarded", { gates: [] }),
    ...["proof", "merged", "strict", "tool"].map((key) => task(key, { gates: [key] })),
  ];
  const before = task("before", { ...onList, priority: 9 });

  it("are missed, wait, or fail as an agent's work would, and what comes of it takes their place", async () => {
    const answers = { line: line("line"), before: line("before") };
    await start({ answers, config: `gates: [${gates.join(", ")}]\n` });
    await project.write({ "../home/tool.sh": "exit 0\n" });
    const first = await runPlan(kept);
    expect(first.exitCode, first.stderr).toBe(0);
    await project.write({ "../home/strict": "", "../home/tool.sh": "exit 127\n" });
    await configAnd("protectedPaths: [out/guarded.txt]\n");
    const better = { proof: writesOwnFile("proof", "better"), merged: writesOwnFile("merged", "better") };
    await script({ ...answers, ...better });

    const second = await runPlan([before, ...kept]);

    expect(second.exitCode, second.stderr).toBe(3);
    expectMisses(second.facts);
    const tries = ["worker strict#1", "worker strict#2", "worker strict#3"];
    expect(second.asked).toEqual(["worker before#1", "worker line#1", "worker merged#2", "worker proof#1", ...tries]);
    expect(await project.git("show", `${second.facts.job.branch}:list.txt`)).toBe("1\n2\nline\n4\n5");

    await project.write({ "../home/tool.sh": "exit 0\n" });
    await script({
      ...answers,
      ...better,
      strict: writesOwnFile("strict", "better"),
      guarded: { write: { "guarded.txt": "guarded" } },
    });
    const retried = await tutti(["retry", "--json"]);

    expect(retried.exitCode, retried.stderr).toBe(0);
    // The result whose gate can be run again is replayed; the others are not tried again.
    expect(retried.asked).toEqual(["worker guarded#2", "worker strict#4"]);
    expect(eventsOf(retried.facts, "result-replayed").filter((key) => key === "strict")).toHaveLength(1);

    const third = await runPlan([before, ...kept]);
    expect(third.asked).toEqual([]);
    for (const key of ["proof", "merged", "strict"]) expect(await textOf(third.facts, key)).toBe("better");
  });
});

function expectMisses(facts: JobFacts): void {
  const statuses = { before: "completed", line: "completed", proof: "completed", merged: "completed" };
  expect(statusesOf(facts)).toEqual({ ...statuses, strict: "failed", guarded: "waiting", tool: "waiting" });
  expect(eventsOf(facts, "result-missed").toSorted()).toEqual(["guarded", "line", "merged", "proof", "strict"]);
  for (const key of ["line", "proof", "merged"]) expect(facts.tasks[key], key).toMatchObject({ failures: 0 });
  for (const key of ["proof", "merged"]) expect(facts.tasks[key]?.evidence?.replayOf, key).toBeUndefined();
  expect(facts.tasks["guarded"]).toMatchObject({ waitsFor: "person" });
}

describe("the store of results", { timeout: 240_000 }, () => {
  it("survives a kill between ref and row and a ref that is gone, and is listed and pruned with nothing else", async () => {
    await start();
    const killed = await run({ plan: tasks, fault: "integrate.cached@coordinator" });
    expect(killed.signal).toBe("SIGKILL");
    const resumed = await tutti(["resume", "--yes", "--json"]);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.preview).toMatchObject({ c: ["new"], d: ["new"] });
    expect(await cacheRefs()).toHaveLength(4);
    await project.git("update-ref", "-d", await refWith("out/d.txt"));

    const again = await runPlan(tasks);

    expect(again.asked).toEqual(["worker d#1"]);
    expect(new Set(Object.values(statusesOf(again.facts)))).toEqual(new Set(["completed"]));
    expect(await cacheRefs()).toHaveLength(4);
    await expectPrune();
    expect((await runPlan([task("a")])).asked).toEqual(["worker a#1"]);
  });
});

async function expectPrune(): Promise<void> {
  await project.git("update-ref", `refs/tutti/cache/${"0".repeat(64)}`, "main");
  const others = async () => (await project.git("for-each-ref")).split("\n").filter((ref) => !ref.includes("/cache/"));
  const before = await others();

  const listed = await runTuttiHere(project, ["cache", "ls", "--json"]);
  const young = await runTuttiHere(project, ["cache", "prune", "--older-than", "1h"]);
  const all = await runTuttiHere(project, ["cache", "prune", "--all", "--json"]);

  const { results } = JSON.parse(listed.stdout) as { results: readonly Record<string, unknown>[] };
  const used = { costUsd: 0.001, uses: 1, savedUsd: 0.001 };
  expect(results.filter(({ uses }) => uses === 1)).toMatchObject([used, used, used]);
  expect(results).toHaveLength(4);
  expect(young.stdout).toBe("Removed 0 results and 1 ref without one; 4 kept.\n");
  const removed: unknown = JSON.parse(all.stdout);
  expect(removed).toMatchObject({ removed: results.map(({ key }) => key), strayRefs: 0, kept: 0 });
  expect(await cacheRefs()).toEqual([]);
  expect(await others()).toEqual(before);
}
