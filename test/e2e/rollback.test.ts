import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { openProject } from "../../src/compose.ts";
import type { Checkpoint } from "../../src/domain/checkpoint/checkpoint.ts";
import { rollbackFaultPoints } from "../../src/domain/fault-points.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const settings = "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n";

const planOf = (tasks: readonly object[]): string => stringify({ summary: "s", tasks });
const task = (key: string, more: object = {}): object => ({ key, title: key, prompt: "P", ...more });

/** Nothing is right where b is without a. */
const pairGate = "gates:\n  - { name: pair, run: '[ ! -e out/b.txt ] || [ -e out/a.txt ]' }\n";

/** a, then b; c beside them. */
const abc = planOf([task("a"), task("b", { dependsOn: ["a"] }), task("c")]);
const abcAnswers = {
  "*": { text: "done" },
  a: { write: { "out/a.txt": "a\n" } },
  b: { write: { "out/b.txt": "b\n" } },
  c: { write: { "out/c.txt": "c\n" } },
};

async function projectWith(plan: string, answers: object, more: Readonly<Record<string, string>> = {}): Promise<void> {
  project = await scratchProject({ "README.md": "# Scratch\n", "plan.yaml": plan, ".gitignore": "*.log\n", ...more });
  await project.write({ "tutti.config.yaml": settings, "script.json": JSON.stringify({ answers }) });
}

const tutti = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runTutti(project, { args, env });

/** What carries no job out needs no process of its own. */
async function done(...args: readonly string[]): Promise<string> {
  const isOnItsOwn = args[0] === "run" || args[0] === "resume";
  const { exitCode, stdout, stderr } = await (isOnItsOwn ? tutti(args) : runTuttiHere(project, args));
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

/** The newest first. */
async function checkpoints(): Promise<readonly Checkpoint[]> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  const opened = await openProject({ cwd: project.root, env });
  try {
    return await opened.application.checkpoints.list();
  } finally {
    await opened.close();
  }
}

/** Before the work of any task was merged, whichever came first. */
async function checkpointBeforeMerges(): Promise<string> {
  const found = (await checkpoints()).findLast(({ kind }) => kind === "integration");
  if (found === undefined) throw new Error("no checkpoint before a merge");
  return found.id;
}

/** What a person would call the state of the job: its branch, its tip, its tasks. */
async function standing() {
  const facts = await inspectJob(project);
  const tip = await project.git("rev-parse", `refs/tutti/${facts.job.id}/tip`);
  return {
    status: facts.job.status,
    tip,
    branch: await project.git("rev-parse", facts.job.branch),
    files: (await project.git("ls-tree", "-r", "--name-only", tip))
      .split("\n")
      .filter((path) => path.startsWith("out/")),
    tasks: statusesOf(facts),
  };
}

describe("a job that goes back", () => {
  it("loses some tasks' work and keeps the rest; the agent does them again; and a rollback can be taken back", async () => {
    await projectWith(abc, abcAnswers);
    await project.write({ "tutti.config.yaml": `${settings}${pairGate}` });
    await done("run", "--plan", "plan.yaml", "--yes");
    const first = (await checkpoints()).at(-1)?.id ?? "";
    const partial = ["checkpoint", "rollback", first, "--strategy", "partial", "--tasks", "c"];

    expect(await done(...partial, "--dry-run")).toContain("1 task would go back");
    expect((await standing()).status).toBe("completed");
    await done(...partial);
    const without = await standing();
    expect(without).toMatchObject({
      status: "interrupted",
      files: ["out/a.txt", "out/b.txt"],
      tasks: { a: "completed", b: "completed", c: "pending" },
    });
    expect(without.branch).toBe(without.tip);

    await done("resume");
    const again = await standing();
    const facts = await inspectJob(project);
    expect(again.files).toEqual(["out/a.txt", "out/b.txt", "out/c.txt"]);
    expect(facts.attempts["c"]?.map(({ status, isTakenBack }) => [status, isTakenBack === true])).toEqual([
      ["accepted", true],
      ["accepted", false],
    ]);
    expect(facts.events.map(({ type }) => type)).not.toContain("result-replayed");
    for (const { evidence } of Object.values(facts.tasks)) {
      await project.git("merge-base", "--is-ancestor", evidence?.mergedCommit ?? "", facts.job.branch);
    }

    const id = await checkpointBeforeMerges();
    const selective = ["checkpoint", "rollback", id.slice(0, 6), "--strategy", "selective", "--paths"];
    const refused = await runTuttiHere(project, [...selective, "out/a*"]);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('The check "pair"')]);
    expect(await standing()).toEqual(again);
    await done(...selective, "out/c*,nothing/**");
    expect(await standing()).toMatchObject({
      status: "completed",
      files: ["out/a.txt", "out/b.txt"],
      tasks: again.tasks,
    });
    await done("checkpoint", "rollback", await newestRollback());
    expect(await standing()).toEqual(again);
    await expectPlainErrors(id);
  });

  it("is asked to stand still while it is at work, and an unfinished attempt goes on with its files", async () => {
    const half = {
      write: { "half.txt": "half\n" },
      run: ["printf shell > shell.log", "chmod +x half.txt", "ln -s half.txt link"],
      text: "done",
    };
    const slow = [
      { ...half, hang: true, again: half },
      { run: ["cat half.txt shell.log link > seen.txt", "test -x half.txt"], text: "went on" },
    ];
    const plan = planOf([task("slow", { expectedOutputs: ["half.txt", "shell.log"] })]);
    await projectWith(plan, { "*": { text: "done" }, slow });
    const running = startTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes"] });
    await expect.poll(slotHas("half.txt", "link"), { timeout: 60_000 }).toBe(true);

    const { checkpoint } = JSON.parse(await done("checkpoint", "create", "--json")) as {
      readonly checkpoint: { readonly id: string; readonly isWhileAtWork: boolean; readonly files: readonly object[] };
    };
    expect(checkpoint).toMatchObject({ isWhileAtWork: true, files: [{ attempt: expect.stringMatching(/slow\/1$/) }] });
    await done("checkpoint", "rollback", checkpoint.id);
    expect((await running.ended).exitCode).toBe(4);
    expect(await standing()).toMatchObject({ status: "interrupted", tasks: { slow: "pending" } });

    await done("resume");
    const { job } = await inspectJob(project);
    expect(await project.git("show", `${job.branch}:seen.txt`)).toBe("half\nshellhalf");
    expect(await project.git("ls-tree", job.branch, "half.txt", "link")).toMatch(/^100755 .*half.txt\n120000 .*link$/);
  });
});

/** Whether the first slot of the only job has these files. */
const slotHas =
  (...names: readonly string[]) =>
  async (): Promise<boolean> => {
    const { slots } = await inspectJob(project).catch(() => ({ slots: [] }));
    const path = slots[0]?.path ?? "/nowhere";
    const { access } = await import("node:fs/promises");
    const found = await Promise.all(
      names.map((name) =>
        access(`${path}/${name}`).then(
          () => true,
          () => false,
        ),
      ),
    );
    return found.every(Boolean);
  };

const newestRollback = async (): Promise<string> =>
  (await checkpoints()).find(({ kind }) => kind === "rollback")?.id ?? "";

async function expectPlainErrors(id: string): Promise<void> {
  const errorOf = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stderr } = await runTuttiHere(project, args);
    expect(exitCode).toBe(2);
    return stderr;
  };
  const rollback = (...args: readonly string[]) => errorOf("checkpoint", "rollback", id, ...args);
  expect(await rollback("--strategy", "half")).toContain("Give one of full, partial and selective.");
  expect(await rollback("--strategy", "partial", "--tasks", "d")).toMatch(/no task "d"/);
  expect(await rollback("--strategy", "partial")).toMatch(/needs tasks/);
  expect(await errorOf("checkpoint", "show", "nope")).toMatch(/no checkpoint nope .*CHECKPOINT_UNKNOWN/);
  const mine = project;
  project = await scratchProject({ "README.md": "# Another\n" });
  const { stderr } = await runTuttiHere(project, ["checkpoint", "show", id], {
    env: { XDG_STATE_HOME: mine.stateHome },
  });
  expect(stderr).toContain(`belongs to another project: ${mine.root}`);
  await project.remove();
  project = mine;
}

describe("a rollback that is killed with SIGKILL", () => {
  it("comes to its end when it is asked for again or the job is resumed, wherever it was", async () => {
    await projectWith(abc, abcAnswers);
    await done("run", "--plan", "plan.yaml", "--yes");
    const first = (await checkpoints()).at(-1)?.id ?? "";
    const before: unknown = await standing();
    const back = ["checkpoint", "rollback", first, "--strategy", "partial", "--tasks", "a"];
    const after: unknown = expect.objectContaining({
      status: "interrupted",
      files: ["out/c.txt"],
      tasks: { a: "pending", b: "pending", c: "completed" },
    });

    let isBack = false;
    for (const point of rollbackFaultPoints) {
      const args = isBack ? ["checkpoint", "rollback", await newestRollback()] : back;
      const killed = await tutti(args, { TUTTI_FAULT: point });
      expect([point, killed.signal]).toEqual([point, "SIGKILL"]);
      await done(...args);
      isBack = !isBack;
      expect([point, await standing()]).toEqual([point, isBack ? after : before]);
    }

    // The state could not follow, the branch was put back, and then its process died.
    const { tip, branch } = await standing();
    const { job } = await inspectJob(project);
    const forth = ["checkpoint", "rollback", await newestRollback()];
    expect((await tutti(forth, { TUTTI_FAULT: "rollback.moved" })).signal).toBe("SIGKILL");
    await project.git("update-ref", `refs/tutti/${job.id}/tip`, tip);
    await project.git("update-ref", `refs/heads/${job.branch}`, branch);
    await done(...forth);
    expect([isBack, await standing()]).toEqual([true, before]);

    for (const point of ["rollback.built", "rollback.moved"]) {
      const { signal } = await tutti(["checkpoint", "rollback", first], { TUTTI_FAULT: point });
      expect([point, signal]).toEqual([point, "SIGKILL"]);
      await done("resume");
      expect(await standing()).toMatchObject({ status: "completed", files: ["out/a.txt", "out/b.txt", "out/c.txt"] });
    }
    const { events, attempts } = await inspectJob(project);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect([count("rollback-started"), count("job-rolled-back")]).toEqual([10, 10]);
    expect(Object.values(attempts).map((list) => list.length)).toEqual([3, 3, 3]);
  });
});
