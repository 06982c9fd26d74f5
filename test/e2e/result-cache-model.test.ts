import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const tasks = [
  { key: "a", title: "Do a", prompt: "Do a.", expectedOutputs: ["out/a.txt"] },
  { key: "b", title: "Do b", prompt: "Do b.", dependsOn: ["a"], expectedOutputs: ["out/b.txt"] },
];
const turnsOf = (key: string) => [writes({ [`out/${key}.txt`]: `${key}\n` }), says(`Wrote ${key}.`)];

async function runPlan(plan: unknown) {
  const before = model.requests.length;
  await project.write({ "../home/plan.json": JSON.stringify(plan) });
  const result = await runTutti(project, {
    args: ["run", "--plan", "../home/plan.json", "--yes", "--json"],
    modelUrl: model.url,
  });
  const asked = model.requests
    .slice(before)
    .filter(({ kind }) => kind === "turn" || kind === "unmatched")
    .map(({ role, task }) => (task === undefined ? `${role}` : `${role} ${task}`));
  return { ...result, asked, facts: await inspectJob(project) };
}

describe("a plan again with one task edited, with the real agent", () => {
  it("asks the model for that task and the review, and for nothing else", async () => {
    project = await scratchProject({ "README.md": "# Scratch\n", "tutti.config.yaml": "execution: { workers: 1 }\n" });
    model = await scriptedModel({ tasks, workers: { a: turnsOf("a"), b: turnsOf("b") } });
    const plan = { summary: "Two files.", tasks };

    const first = await runPlan(plan);
    const edited = await runPlan({ ...plan, tasks: tasks.map((t) => (t.key === "b" ? { ...t, prompt: "Do b!" } : t)) });

    expect(first.exitCode, first.stderr).toBe(0);
    expect(new Set(first.asked)).toEqual(new Set(["worker a", "worker b", "reviewer"]));
    expect(edited.exitCode, edited.stderr).toBe(0);
    expect(new Set(edited.asked)).toEqual(new Set(["worker b", "reviewer"]));
    expect(edited.facts.report?.tasks.find(({ key }) => key === "a")?.usage).toEqual({});
    expect(await project.git("show", `${edited.facts.job.branch}:out/a.txt`)).toBe("a");
    expect(model.unmatched).toEqual([]);
  });
});
