import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { Tutti } from "../../src/index.ts";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { environmentOf } from "../support/tutti-process.ts";

let project: ScratchProject | undefined;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  await project?.remove();
});

const scenario = `
rules:
  - match: { role: worker, task: analyze }
    turns:
      - reads: [README.md]
      - structured: { issues: [slow] }
  - match: { role: worker, task: fix }
    turns:
      - writes: { fast.txt: "fast\\n" }
      - says: It is fast now.
  - match: { role: synthesizer }
    turns:
      - says: One issue was found and fixed.
`;

describe("a program with the real Claude Code", () => {
  it("reads a typed answer, adds what it calls for, and has the whole synthesized", async () => {
    model = await startSimulator({ scenario: parseScenario(scenario, "scenario.yaml") });
    project = await scratchProject({ "README.md": "# Scratch\n" });
    const env = environmentOf(project, { modelUrl: model.url });
    const config = { execution: { workers: 1 }, agent: { sandbox: "off" as const } };
    const Analysis = z.object({ issues: z.array(z.string()) });

    await using tutti = new Tutti({ cwd: project.root, env, config, note: () => undefined });
    const job = await tutti.createJob("Make it fast");
    const analyze = await tutti.addSubtask(job, "Analyze the code", { key: "analyze", result: Analysis });
    const analysis = await tutti.waitForTask(analyze, { result: Analysis });
    expect(analysis.result?.issues).toEqual(["slow"]);
    await tutti.addSubtask(job, "Fix what is slow", {
      key: "fix",
      parentTaskId: analyze,
      expectedOutputs: ["fast.txt"],
    });
    const results = await tutti.waitAndCollect(job);

    expect([...results.values()].map(({ key, status }) => [key, status])).toEqual([
      ["analyze", "completed"],
      ["fix", "completed"],
    ]);
    expect(await tutti.synthesizeResults(results)).toBe("One issue was found and fixed.");
    const fix = model.requests.find(({ task }) => task === "fix");
    expect(fix?.role).toBe("worker");
    expect(await project.git("show", `tutti/${job}:fast.txt`)).toBe("fast");
  });
});
