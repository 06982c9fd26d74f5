import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

const script = "../home/script.json";
const requestLog = (): string => join(project.home, "requests");

/** Two files side by side, a count of them, a look at what is merged, and a question. */
const both = `
import { workflow } from "tutti";
import { z } from "zod";
export default workflow("both", { input: z.array(z.string()), output: z.unknown() }, async (flow, names) => {
  const said = await flow.map(names, (name) => flow.agent("builder", { prompt: \`Write \${name}\` }));
  const { count } = await flow.agent("explorer", { prompt: "Count them", access: "read", result: z.object({ count: z.number() }) });
  const { output } = await flow.command("list", { run: ["ls", "out"] });
  const { approved, note } = await flow.approve("Is it good?", { context: { count } });
  return { said, count, files: output.trim().split("\\n"), approved, note };
});
`;

const racing = `
import { workflow } from "tutti";
import { z } from "zod";
export default workflow("racing", { input: z.null(), output: z.string() }, async (flow) => {
  const first = await flow.race([() => flow.agent("explorer", "Answer fast"), () => flow.agent("explorer", "Answer slowly")]);
  const then = await flow.race([() => flow.approve("Now?").then(() => "asked"), () => flow.sleep(3_000).then(() => "slept")]);
  return first + ", " + then;
});
`;

const writes = (name: string) => ({ write: { [`out/${name}.txt`]: `${name}, and why\n` }, text: `Wrote ${name}.` });

beforeEach(async () => {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: ${script} }\nexecution: { workers: 2 }\n`,
    ".tutti/workflows/both.ts": both,
    ".tutti/workflows/racing.ts": racing,
  });
  await answer({});
});
afterEach(() => project.remove());

async function answer(more: Readonly<Record<string, unknown>>): Promise<void> {
  const answers = {
    "/Write a/": writes("a"),
    "/Write b/": writes("b"),
    "/Count them/": { result: { count: 2 }, text: "Two." },
    "/Answer fast/": { text: "fast" },
    "/Answer slowly/": { text: "slow", hang: true },
    ...more,
  };
  await project.write({ [script]: JSON.stringify({ requestLog: requestLog(), answers }) });
}

/** How often each agent was asked, by the rule that answered. */
async function asked(): Promise<Readonly<Record<string, number>>> {
  const lines = (await readFile(requestLog(), "utf8")).trimEnd().split("\n");
  const keys = lines.map((line) => z.object({ key: z.string() }).parse(JSON.parse(line)).key.replace(/#\d+$/, ""));
  return Object.fromEntries([...Map.groupBy(keys, (key) => key)].map(([key, all]) => [key, all.length]));
}

const once = { "/Write a/": 1, "/Write b/": 1, "/Count them/": 1 };

const tutti = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runTutti(project, { args, env });
const runBoth = (env: Readonly<Record<string, string>> = {}, names: readonly string[] = ["a", "b"]) =>
  tutti(["workflow", "run", "both", "--input", JSON.stringify(names)], env);

const ids = z.array(z.object({ id: z.string() }));

async function approve(): Promise<void> {
  const { stdout } = await runTuttiHere(project, ["breakpoint", "list", "--json"]);
  const { breakpoints } = z.object({ breakpoints: ids }).parse(JSON.parse(stdout));
  expect(breakpoints).toHaveLength(1);
  const [waiting] = breakpoints;
  const answered = await runTuttiHere(project, [
    "breakpoint",
    "resolve",
    waiting?.id ?? "",
    "approve",
    "--note",
    "go on",
  ]);
  expect(answered.exitCode, answered.stderr).toBe(0);
}

async function workflowEnds(): Promise<readonly unknown[]> {
  return (await inspectJob(project)).events.flatMap(({ type, data }) => (type === "workflow-ended" ? [data] : []));
}

async function rollBack(): Promise<void> {
  const made = await runTuttiHere(project, ["checkpoint", "list", "--json"]);
  const { checkpoints } = z.object({ checkpoints: ids }).parse(JSON.parse(made.stdout));
  const back = await tutti(["checkpoint", "rollback", checkpoints.at(-1)?.id ?? "", "--strategy", "full"]);
  expect(back.exitCode, back.stderr).toBe(0);
}

const outOf = (branch: string): Promise<string> => project.git("ls-tree", "--name-only", `${branch}:out`);

describe("a workflow's job", { timeout: 240_000 }, () => {
  it("begins its body anew after a failure, with changed code or after a rollback, waits where it asks, and ends", async () => {
    await answer({ "/Count them/": { failure: { class: "permanent" } } });
    expect((await runBoth()).exitCode).toBe(1);
    await answer({});
    expect((await tutti(["resume"])).exitCode).toBe(3);
    // Only the agent that had not finished was asked again.
    const onlyFailed = { ...once, "/Count them/": 2 };
    expect(await asked()).toEqual(onlyFailed);
    const waiting = await inspectJob(project);
    expect(waiting.events.filter(({ type }) => type === "workflow-started")).toHaveLength(2);
    expect(await outOf(waiting.job.branch)).toBe("a.txt\nb.txt");

    await project.write({ ".tutti/workflows/both.ts": both.replace("Is it good?", "Is it really good?") });
    const refused = await tutti(["resume"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("WORKFLOW_CHANGED");
    expect(refused.stderr).toContain("--begin-anew");
    expect((await tutti(["resume", "--begin-anew"])).exitCode).toBe(3);
    expect(await asked()).toEqual(onlyFailed);

    await rollBack();
    expect((await tutti(["resume"])).exitCode).toBe(3);
    await approve();
    const { exitCode, stdout, stderr } = await tutti(["resume"]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('"approved": true');
    expect(stdout).toContain('"note": "go on"');
    const { job } = await inspectJob(project);
    expect(job.status).toBe("completed");
    expect(await outOf(job.branch)).toBe("a.txt\nb.txt");
  });

  it("loses nothing and pays nothing twice when its coordinator is killed as it asks, merges and records", async () => {
    const points = ["workflow.asked", "integrate.advanced", "workflow.answered"];
    const fault = points.map((point) => `${point}@coordinator`).join(",");
    const faults = { TUTTI_FAULT: fault, TUTTI_FAULT_FOLDER: join(project.home, "faults") };
    // One file, so that no agent is in a turn that is cut and has to go on.
    expect((await runBoth(faults, ["a"])).signal).toBe("SIGKILL");
    for (const point of points.slice(1)) expect((await tutti(["resume"], faults)).signal, point).toBe("SIGKILL");
    expect((await tutti(["resume"], faults)).exitCode).toBe(3);
    await approve();
    const { exitCode, stderr } = await tutti(["resume"]);
    expect(exitCode, stderr).toBe(0);
    expect(await asked()).toEqual({ "/Write a/": 1, "/Count them/": 1 });
    expect(Object.keys((await inspectJob(project)).tasks)).toHaveLength(2);
    expect(await workflowEnds()).toMatchObject([{ number: 1, status: "completed" }]);
  });

  it("ends with its tasks when it is cancelled", async () => {
    await answer({ "/Write a/": { text: "never", hang: true } });
    const running = startTutti(project, { args: ["workflow", "run", "both", "--input", '["a"]'] });
    await expect.poll(() => asked().catch(() => ({})), { timeout: 30_000 }).toEqual({ "/Write a/": 1 });
    expect((await tutti(["job", "cancel"])).exitCode).toBe(0);
    expect((await running.ended).exitCode).toBe(1);
    const facts = await inspectJob(project);
    expect(facts.job.status).toBe("cancelled");
    expect(Object.values(statusesOf(facts))).toEqual(["cancelled"]);
    expect(await workflowEnds()).toMatchObject([{ status: "cancelled" }]);
  });

  it("cancels the task of the branch that lost a race, and is waited for where it sleeps beside a question", async () => {
    const { exitCode, stdout, stderr } = await tutti(["workflow", "run", "racing"]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/a question waits for you .* the workflow sleeps until/);
    expect(stdout).toContain("fast, slept");
    const statuses = Object.values(statusesOf(await inspectJob(project)));
    expect(statuses.toSorted()).toEqual(["cancelled", "completed"]);
  });
});
