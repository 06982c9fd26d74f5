import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const plan = { summary: "One file.", tasks: [{ key: "one", title: "One", prompt: "Write one." }] };
const review = { verdict: "reached", summary: "There.", findings: [], nextSteps: [] };

const broken = (): string => join(project.home, "broken");

/** A job of one task whose set-up command fails while `broken` is there. Its gate has the merged work checked out. */
async function start(answer: (project: ScratchProject) => Readonly<Record<string, unknown>>): Promise<void> {
  project = await scratchProject({ "README.md": "# Scratch\n" });
  const script = join(project.home, "script.json");
  const answers = { "manager:*": { result: plan }, one: answer(project), "reviewer:*": { result: review } };
  await writeFile(script, JSON.stringify({ answers }));
  await project.write({
    "tutti.config.yaml": [
      "execution: { workers: 1, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }",
      `agent: { kind: fake, fakeScript: ${script} }`,
      `workspace: { setup: [{ run: "test ! -e ${broken()}" }] }`,
      "gates: [{ name: there, run: test -e one.txt }]",
      "",
    ].join("\n"),
  });
  await writeFile(join(project.home, "plan.json"), JSON.stringify(plan));
  await project.git("add", "-A");
  await project.git("commit", "-qm", "settings");
}

const tutti = (...args: readonly string[]) => runTutti(project, { args });
const runWithPlan = () => tutti("run", "Write one", "--plan", join(project.home, "plan.json"), "--yes", "--json");

describe("a set-up command that fails", () => {
  it("fails the task with its reason instead of leaving it to run for ever; a retry does it", async () => {
    await start(() => ({ write: { "one.txt": "one\n" } }));
    await writeFile(broken(), "");

    expect((await runWithPlan()).exitCode).toBe(1);
    const failed = await inspectJob(project);
    expect(failed.tasks["one"]).toMatchObject({ status: "failed", reason: expect.stringContaining("Setup command") });

    await rm(broken());
    expect((await tutti("retry", "--json")).exitCode).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "completed" });
  });

  it("while work is merged ends the drive; a resume merges it without a second attempt", async () => {
    await start(({ home }) => ({ run: [`touch ${join(home, "broken")}`], write: { "one.txt": "one\n" } }));

    expect((await runWithPlan()).exitCode).toBe(1);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "integrating" });

    await rm(broken());
    expect((await tutti("resume", "--json")).exitCode).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ one: "completed" });
    expect(facts.attempts["one"]).toHaveLength(1);
    expect(facts.job.status).toBe("completed");
  });
});

describe("a plan that waits for a yes", () => {
  it("is carried out when the yes comes with the resume", async () => {
    await start(() => ({ write: { "one.txt": "one\n" } }));

    expect((await tutti("run", "Write one", "--json")).exitCode).toBe(3);
    expect((await tutti("resume", "--json")).exitCode).toBe(3);
    expect((await tutti("resume", "--yes", "--json")).exitCode).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "completed" });
  });
});
