import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Tutti, workflow } from "../../src/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, runTuttiHere, startTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let other: ScratchProject | undefined;

const pair = (second: string): string => `
import { workflow } from "tutti";
import { z } from "zod";
export default workflow("pair", { input: z.object({ first: z.string() }), output: z.unknown() }, (flow, { first }) =>
  flow.map([first, "${second}"], (name) => flow.agent("builder", \`Write \${name}.\`)));
`;

const writes = (name: string) => ({ write: { [`out/${name}.txt`]: `${name}\n` }, text: `Wrote ${name}.` });
const hangs = (name: string) => ({ ...writes(name), hang: true, again: writes(name) });

const filesOf = (answers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
  "README.md": "# Scratch\n",
  "tutti.config.yaml":
    "agent: { kind: fake, fakeScript: ../home/script.json }\nexecution: { workers: 2, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }\n",
  ".tutti/workflows/pair.ts": pair("b"),
  "../home/script.json": JSON.stringify({ answers }),
});

beforeEach(async () => {
  project = await scratchProject(
    filesOf({ "/Write a/": hangs("a"), "/Write b/": hangs("b"), "/Write c/": writes("c"), "*": { text: "done" } }),
  );
});
afterEach(async () => {
  await Promise.all([project.remove(), other?.remove()]);
  other = undefined;
});

const tutti = (...args: readonly string[]) => runTutti(project, { args });
const library = () =>
  new Tutti({
    cwd: project.root,
    env: { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome },
    note: () => undefined,
  });

async function asked(): Promise<number> {
  const log = await readFile(join(project.home, "script.json.requests.jsonl"), "utf8").catch(() => "");
  return log.split("\n").length - 1;
}

describe("a workflow's job that is killed while its agents are at work", () => {
  it("can be exported; begun anew with changed code, it merges nothing of an agent that it does not ask for", async () => {
    // On a loaded machine there would be one worker, and one agent at work.
    const env = { TUTTI_FAULT_IDLE: "1" };
    const running = startTutti(project, { args: ["workflow", "run", "pair", "--set", "first=a"], env });
    await expect.poll(asked, { timeout: 60_000 }).toBe(2);
    running.child.kill("SIGKILL");
    await running.ended;
    const file = join(project.home, "job.json");
    expect((await runTuttiHere(project, ["job", "export", "pair", "--output", file])).exitCode).toBe(0);
    await isImported(file);

    await project.write({ ".tutti/workflows/pair.ts": pair("c") });
    const { exitCode, stdout, stderr } = await tutti("resume", "--begin-anew", "--json");
    expect(exitCode, stderr).toBe(0);
    expect(parseNdjson(stdout).at(-1)).toMatchObject({ output: ["Wrote a.", "Wrote c."] });
    const facts = await inspectJob(project);
    expect(Object.values(statusesOf(facts)).toSorted()).toEqual(["cancelled", "completed", "completed"]);
    expect(await project.git("ls-tree", "--name-only", `${facts.job.branch}:out`)).toBe("a.txt\nc.txt");
  });

  /** In another repository: not without its workflow, and then nothing is left of the try. */
  async function isImported(file: string): Promise<void> {
    other = await scratchProject(filesOf({ "/Write a/": writes("a"), "/Write b/": writes("b") }));
    const there = (...args: readonly string[]) => runTutti(other ?? project, { args });
    await other.write({ ".tutti/workflows/pair.ts": pair("b").replace('"pair"', '"another"') });
    const refused = await there("job", "import", file);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("There is no workflow pair (WORKFLOW_UNKNOWN)");
    expect(await other.git("for-each-ref", "refs/tutti", "refs/heads/tutti")).toBe("");

    await other.write({ ".tutti/workflows/pair.ts": pair("b") });
    const imported = await there("job", "import", file, "--json");
    expect(JSON.parse(imported.stdout)).toMatchObject({ workflow: "pair", isSameCode: true });
    const carriedOut = await there("job", "wait", "--json");
    expect(parseNdjson(carriedOut.stdout).at(-1)).toMatchObject({ output: ["Wrote a.", "Wrote b."] });
  }
});

describe("tutti job cancel of a saga", () => {
  it("names what is done and not taken back, and what was at work", async () => {
    const steps = [
      { name: "note", do: "echo done >> ../home/commands", undo: "echo undone >> ../home/commands" },
      { name: "change", agent: "builder", prompt: "Write a." },
    ];
    const running = startTutti(project, { args: ["workflow", "run", "saga", "--input", JSON.stringify({ steps })] });
    await expect.poll(asked, { timeout: 60_000 }).toBe(1);
    const { exitCode, stderr } = await tutti("job", "cancel");
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/NOT taken back: note; may be half done: change\n.*workflow signal <job> undo\n$/),
    });
    expect((await running.ended).exitCode).toBe(1);
    expect(await readFile(join(project.home, "commands"), "utf8")).toBe("done\n");
  });
});

const greet = (words: string) =>
  workflow("greet", { input: z.null(), output: z.string() }, (flow) => flow.agent("explorer", { prompt: words }));

describe("runWorkflow with beginAnew", () => {
  it("takes the changed code, also of what this program carries out at the moment, for all who wait for it", async () => {
    await using first = library();
    const key = "greeting";
    const old = await first.runWorkflow(greet("Write a."), null, { key, beginAnew: true });
    await expect.poll(asked, { timeout: 60_000 }).toBe(1);
    const anew = await first.runWorkflow(greet("Write c."), null, { key, beginAnew: true });
    expect(anew.jobId).toBe(old.jobId);
    expect(await Promise.all([old.result, anew.result])).toEqual(["Wrote c.", "Wrote c."]);
    const begun = (await inspectJob(project)).events.filter(({ type }) => type === "workflow-started");
    expect(begun).toHaveLength(2);
  });

  it("says so where another process carries it out, and leaves that alone", async () => {
    await using one = library();
    const key = "greeting";
    const old = await one.runWorkflow(greet("Write a."), null, { key });
    await expect.poll(asked, { timeout: 60_000 }).toBe(1);
    await using two = library();
    const refused = await two.runWorkflow(greet("Write c."), null, { key, beginAnew: true });
    await expect(refused.result).rejects.toMatchObject({ code: "JOB_BUSY" });
    await one.close();
    await expect(old.result).rejects.toMatchObject({ code: "ABORTED" });
  });
});
