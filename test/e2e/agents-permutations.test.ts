import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

type Fields = Readonly<Record<string, unknown>>;

const task = (key: string, fields: Fields = {}): Fields => ({
  key,
  title: `Do ${key}`,
  prompt: `Do ${key}.`,
  ...fields,
});
const review = { result: { verdict: "reached", summary: "There.", findings: [], nextSteps: [] } };
const looks = { write: { "evil.txt": "evil\n" }, text: "I looked." };

type Setup = { readonly answers?: Fields; readonly config?: string; readonly files?: Readonly<Record<string, string>> };

async function start({ answers = {}, config = "", files = {} }: Setup): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: ../home/script.json }\nexecution: { workers: 1 }\n${config}`,
    ...files,
  });
  await project.write({ "../home/script.json": JSON.stringify({ answers: { ...answers, "reviewer:*": review } }) });
}

async function carryOut(tasks: readonly Fields[], fault?: string) {
  await project.write({ "../home/plan.json": JSON.stringify({ summary: "Some work.", tasks }) });
  const env = fault === undefined ? {} : { TUTTI_FAULT: fault, TUTTI_FAULT_FOLDER: `${project.home}/faults` };
  return runTutti(project, { args: ["run", "--plan", "../home/plan.json", "--yes", "--json"], env });
}

const filesOf = ({ job }: JobFacts): Promise<string> => project.git("ls-tree", "-r", "--name-only", job.branch);

const strict = `
gates: [{ name: never, run: "test -f out/b.txt" }]
decisions: { minConfidence: 0.1 }
checkpoints: { automatic: true }
`;
const asksBeforeMerge = "rules:\n  - name: look\n    on: before-merge\n    when: { task: a }\n    action: ask\n";
const letsAllThrough = "rules: [{ name: open, on: unproven, action: approve }]\n";
const aProfile = (access: string): string =>
  `---\nname: watcher\ndescription: Watches\naccess: ${access}\n---\nWatch.\n`;

describe("a task whose agent may only read", () => {
  it("writes and merges nothing, is judged by no gate, and asks nobody before its merge", async () => {
    await start({
      answers: { a: looks, b: { write: { "out/b.txt": "b\n" }, text: "Wrote b." } },
      config: strict,
      files: { ".tutti/breakpoints.yaml": asksBeforeMerge },
    });
    const { exitCode, stdout, stderr } = await carryOut([
      task("a", { agent: "code-reviewer" }),
      task("b", { agent: "builder", dependsOn: ["a"] }),
    ]);
    expect(exitCode, stdout + stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "completed" });
    expect(await filesOf(facts)).not.toContain("evil");
    expect(facts.tasks["a"]?.evidence).toMatchObject({ gates: [], diff: { files: 0 } });
    expect(facts.tasks["b"]?.evidence?.gates).toHaveLength(2);
    const made = facts.events.filter(({ type }) => type === "checkpoint-created").map(({ taskId }) => taskId);
    expect(made.filter((id) => id?.endsWith("/a") === true)).toEqual([]);
    const denied = facts.attempts["a"]?.[0]?.outcome?.permissionDenials;
    expect(denied?.map(({ tool }) => tool)).toEqual(["Write"]);
  });

  it.each(["execute.after-agent", "proof.recorded", "decide.after"])(
    "is done once when its worker dies at %s",
    async (fault) => {
      await start({ answers: { a: looks } });
      const { exitCode, stderr } = await carryOut([task("a", { access: "read" })], fault);
      expect(exitCode, stderr).toBe(0);
      const facts = await inspectJob(project);
      expect(facts.attempts["a"]).toHaveLength(1);
      expect(facts.attempts["a"]?.[0]).toMatchObject({ status: "accepted", outcome: { text: "I looked." } });
      expect(await filesOf(facts)).not.toContain("evil");
    },
  );

  it("stays one when an earlier task of the job changes the file that says so, and its answer is cached by its profile", async () => {
    const changes = { write: { ".claude/agents/watcher.md": aProfile("edit") }, text: "I opened the door." };
    await start({
      answers: { a: changes, b: looks },
      files: { ".claude/agents/watcher.md": aProfile("read"), ".tutti/breakpoints.yaml": letsAllThrough },
    });
    const tasks = [task("a"), task("b", { agent: "watcher", dependsOn: ["a"] })];
    const first = await carryOut(tasks);
    expect(first.exitCode, first.stdout).toBe(0);
    const facts = await inspectJob(project);
    expect(await filesOf(facts)).not.toContain("evil");
    expect(await project.git("show", `${facts.job.branch}:.claude/agents/watcher.md`)).toContain("edit");

    expect((await carryOut(tasks)).exitCode).toBe(0);
    const again = await inspectJob(project);
    expect(statusesOf(again)).toEqual({ a: "completed", b: "completed" });
    expect(again.attempts["b"]?.[0]?.outcome).toMatchObject({ text: "I looked.", replayOf: {} });
  });
});

describe("what a plan says of agents", () => {
  it.each([
    [
      task("a", { agent: "code-reviwer" }),
      'tasks[0].agent names "code-reviwer", which is no agent profile',
      /Did you mean "code-reviewer"/,
    ],
    [
      task("a", { subagents: ["nobody"] }),
      'tasks[0].subagents[0] names "nobody", which is no agent profile',
      /explorer/,
    ],
    [
      task("a", { access: "read", expectedOutputs: ["x"] }),
      "tasks[0].expectedOutputs promises files, but its access is read",
      /expectedOutputs/,
    ],
    [task("a", { agent: "broken" }), ".claude/agents/broken.md:2: tools must be names of tools", /tutti agents/],
  ])("is refused before anything is started: %j", async (wrong, message, hint) => {
    await start({ files: { ".claude/agents/broken.md": "---\ntools: 3\n---\n" } });
    const { exitCode, stdout } = await carryOut([wrong]);
    expect(exitCode, stdout).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { message: string; hint: string } };
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(hint);
    await expect(inspectJob(project)).rejects.toMatchObject({ code: "JOB_UNKNOWN" });
  });
});
