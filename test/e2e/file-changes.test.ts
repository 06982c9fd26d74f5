import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { parseNdjson, runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

describe("the history of a task's files, with the real agent", () => {
  it("has what tools and shell commands did, and agrees with the snapshot", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "old.txt": "old\n",
      ".gitignore": "*.log\n",
      "tutti.config.yaml": "execution: { workers: 1 }\n",
    });
    const command =
      "mkdir -p deep/er && echo x > deep/er/x.txt && rm old.txt && echo t > scratch.txt && rm scratch.txt && echo l > a.log";
    model = await scriptedModel({
      tasks: [{ key: "one", expectedOutputs: ["out/one.txt"] }],
      workers: { one: [writes({ "out/one.txt": "1\n" }), { runs: command }, says("Done.")] },
    });
    const run = await runTutti(project, { args: ["run", "Write", "--yes", "--json"], modelUrl: model.url });
    expect(run.exitCode, run.stderr).toBe(0);

    const { stdout, exitCode } = await runTuttiHere(project, ["task", "files", "one", "--json"]);
    expect(exitCode).toBe(0);
    const changes = parseNdjson(stdout);
    const inResult = changes.filter(({ isInResult }) => isInResult === true);
    expect(inResult.map(({ kind, path }) => `${String(kind)} ${String(path)}`).toSorted()).toEqual([
      "added deep/er/x.txt",
      "added out/one.txt",
      "deleted old.txt",
    ]);
    expect(changes.filter(({ path }) => String(path).endsWith(".log"))).toEqual([]);
    // Seen while it happened, and not only found in the snapshot.
    expect(changes.some(({ source, path }) => source === "seen" && path === "deep/er/x.txt")).toBe(true);

    const text = await runTuttiHere(project, ["task", "files", "one"]);
    expect(text.stdout).toMatch(/^Attempt 1 \(.*\)\n/);
    expect(text.stdout).toMatch(/ added {5}out\/one\.txt {2}2 bytes\n/);
  });
});
