import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import type { Simulator } from "../../src/simulator/index.ts";
import { fixtureText } from "../../src/interop/task-master/temp-tasks-file.fixture.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

const path = ".taskmaster/tasks/tasks.json";
/** What the agent of each task writes. */
const work: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "t1-1": { "src/greet.js": "export const greet = (name) => `Hello ${name}`;\n" },
  "t1-2": {
    "test/greet.test.js":
      "import { greet } from '../src/greet.js';\nif (greet('you') !== 'Hello you') throw new Error();\n",
  },
  t2: { "src/goodbye.js": "export const goodbye = (name) => `Goodbye ${name}`;\n" },
  "t3-1": { "bin/hello.js": "const [name] = process.argv.slice(2);\n" },
  "t3-2": { "bin/print.js": "console.log(process.argv);\n" },
};
const keys = Object.keys(work);

let project: ScratchProject;
let model: Simulator;

beforeEach(async () => {
  project = await scratchProject({ "README.md": "# Scratch\n", [path]: fixtureText("added.json") });
  model = await scriptedModel({
    tasks: [],
    workers: Object.fromEntries(Object.entries(work).map(([key, files]) => [key, [writes(files), says("Done.")]])),
  });
});

afterEach(async () => {
  await model.close();
  await project.remove();
});

const tutti = (...args: readonly string[]) => runTuttiHere(project, args);

const listed = z.object({ tasks: z.array(z.object({ id: z.string(), status: z.string() })) });

async function statuses(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { stdout, stderr, exitCode } = await tutti("task-master", "list", "--json", ...args);
  expect(exitCode, stderr).toBe(0);
  return Object.fromEntries(listed.parse(JSON.parse(stdout)).tasks.map(({ id, status }) => [id, status]));
}

describe("Task Master's tasks", () => {
  it("become a job that is started later, and their statuses go back", async () => {
    expect((await tutti("task-master", "set-status", "4", "deferred")).exitCode).toBe(0);
    const imported = await tutti("job", "import", "--json");
    expect(imported.exitCode, imported.stderr).toBe(0);
    const { jobId } = z.object({ jobId: z.string() }).parse(JSON.parse(imported.stdout));
    expect((await tutti("job", "export", jobId, "--task-master")).stdout).toContain(
      "0 changed, 0 added, 0 left as they are",
    );
    expect(model.requests).toEqual([]);

    const resumed = await runTutti(project, { args: ["resume", jobId, "--yes"], modelUrl: model.url });
    expect(resumed.exitCode, resumed.stdout + resumed.stderr).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual(Object.fromEntries(keys.map((key) => [key, "completed"])));

    const exported = await tutti("job", "export", jobId, "--task-master");
    expect(exported.stdout).toContain("5 changed, 0 added, 0 left as they are");
    expect(await statuses()).toEqual({
      "1": "done",
      "1.1": "done",
      "1.2": "done",
      "2": "done",
      "3": "done",
      "3.1": "done",
      "3.2": "done",
      "4": "deferred",
    });
    const again = await tutti("job", "export", jobId, "--task-master", "--tag", "copy");
    expect(again.stdout).toContain("0 changed, 5 added");
    expect(Object.values(await statuses("--tag", "copy"))).toEqual(keys.map(() => "done"));
    expect(model.unmatched).toEqual([]);
  });

  it("that make no sense end the import with code 2, and no job is there", async () => {
    await project.write({ [path]: fixtureText("changed.json") });
    const refused = await tutti("job", "import", "--tag", "later");
    expect([refused.exitCode, refused.stderr.split("\n")[0]]).toEqual([
      2,
      expect.stringMatching(/task 1 depends on itself/),
    ]);
    expect((await tutti("job", "list")).stdout).toContain("no job in this project");
    expect(readFileSync(join(project.root, path), "utf8")).toBe(fixtureText("changed.json"));
  });
});
