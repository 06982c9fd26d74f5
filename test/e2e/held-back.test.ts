import { afterEach, expect, it } from "vitest";

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

/** Each adds its line to what it finds: whoever started beside another would be in conflict with it. */
const scenario = `
rules:
${["one", "two", "three"]
  .map(
    (key) => `  - match: { role: worker, task: ${key} }
    turns:
      - runs: ["echo ${key} >> notes/all.md"]
      - says: Added.`,
  )
  .join("\n")}
`;

it("runs tasks that may write the same file one after another with the real Claude Code, and says why", async () => {
  model = await startSimulator({ scenario: parseScenario(scenario, "scenario.yaml") });
  project = await scratchProject({ "README.md": "# Scratch\n", "notes/all.md": "zero\n" });
  const env = environmentOf(project, { modelUrl: model.url });
  const config = { execution: { workers: 3 }, agent: { sandbox: "off" as const } };
  await using tutti = new Tutti({ cwd: project.root, env, config, note: () => undefined });
  const job = await tutti.createJob("Take notes");
  await tutti.addSubtasks(job, [
    { key: "one", prompt: "Add one", expectedOutputs: ["notes/all.md"] },
    { key: "two", prompt: "Add two", footprint: ["notes/**"] },
    { key: "three", prompt: "Add three", footprint: ["*/all.md"] },
  ]);
  const results = await tutti.waitAndCollect(job);

  expect([...results.values()].map(({ status, attempts }) => [status, attempts])).toEqual([
    ["completed", 1],
    ["completed", 1],
    ["completed", 1],
  ]);
  expect(await project.git("show", `tutti/${job}:notes/all.md`)).toBe("zero\none\ntwo\nthree");
  const told = [];
  for await (const event of tutti.watch(job)) {
    if (event.type === "task-held-back") told.push([event.taskId, event.data.path, event.data.by]);
    if (event.type === "integration-conflicted") throw new Error("Two tasks were in each other's way");
  }
  expect(told).toContainEqual([`${job}/two`, "notes/**", `${job}/one`]);
  expect(told).toContainEqual([`${job}/three`, "*/all.md", `${job}/two`]);
});
