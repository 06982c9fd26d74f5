import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

async function databaseOf({ stateHome }: ScratchProject): Promise<string> {
  const [name = ""] = await readdir(join(stateHome, "tutti"));
  return join(stateHome, "tutti", name, "state.db");
}

/** Really damages the file: its second half is garbage. */
async function damage(path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path, "r+");
  const from = Math.floor(size / 2);
  await file.write(Buffer.alloc(size - from, 0xa7), 0, size - from, from);
  await file.close();
}

describe("a database that is damaged in the middle of a job, with the real agent", () => {
  it("gives way to its last backup, and the job goes on: nothing is merged twice, nothing is lost", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "execution: { workers: 1, maxAttempts: 1 }\nworkspace: { backups: { everyMs: 3600000 } }\n",
    });
    model = await scriptedModel({
      tasks: [
        { key: "one", expectedOutputs: ["out/one.txt"] },
        { key: "two", expectedOutputs: ["out/two.txt"], dependsOn: ["one"] },
      ],
      workers: {
        one: [writes({ "out/one.txt": "1\n" }), says("One.")],
        two: [writes({ "out/two.txt": "2\n" }), says("Two.")],
      },
    });
    // The plan is made and kept; then a task is merged that no backup knows of, and the process dies.
    const planned = await runTutti(project, { args: ["run", "Write", "--json"], modelUrl: model.url });
    expect(planned.exitCode, planned.stderr).toBe(3);
    const env = { TUTTI_FAULT: "integrate.completed" };
    const killed = await runTutti(project, { args: ["resume", "--yes"], modelUrl: model.url, env });
    expect(killed.signal).toBe("SIGKILL");
    const { job } = await inspectJob(project);
    const path = await databaseOf(project);
    await damage(path);

    const check = await runTutti(project, { args: ["state", "check"] });
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toContain("is damaged");
    const listed = await runTuttiHere(project, ["job", "list"]);
    expect(listed.exitCode).toBe(1);
    expect(listed.stderr).toContain("STATE_CORRUPT");

    const resumed = await runTutti(project, { args: ["resume", "--yes", "--json"], modelUrl: model.url });
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain("The database of this project was damaged");
    expect(resumed.stderr).toContain("the last good backup");
    expect(resumed.stderr).toContain(`merged meanwhile, as git knows: ${job.id}/one`);

    const facts = await inspectJob(project);
    expect(facts.job.id).toBe(job.id);
    expect(statusesOf(facts)).toEqual({ one: "completed", two: "completed" });
    const commits = await project.git(
      "log",
      "--format=%(trailers:key=Tutti-Task,valueonly,separator=)",
      `main..${facts.job.branch}`,
    );
    expect(
      commits
        .split("\n")
        .map((line) => line.split("/").at(-1))
        .toReversed(),
    ).toEqual(["one", "two"]);
    expect(model.unmatched).toEqual([]);
    const [folder = ""] = await readdir(join(path, "..", "damaged"));
    expect(await readdir(join(path, "..", "damaged", folder))).toContain("state.db");
    expect((await runTutti(project, { args: ["state", "check"] })).exitCode).toBe(0);
  });
});
