import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, type TuttiResult } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
  await project.remove();
});

/** Four agents at once, with a budget for half of them. */
const body = (limitUsd: number): string => `
import { workflow } from "tutti";
import { z } from "zod";
export default workflow("part", { input: z.null(), output: z.unknown() }, (flow) =>
  flow.budget({ maxCostUsd: ${limitUsd} }, () =>
    flow.map(["one", "two", "three", "four"], (name) => flow.agent("explorer", \`Look at \${name}\`)),
  ));
`;

const script = "../home/script.json";
const file = ".tutti/workflows/part.ts";

async function start(answer: Readonly<Record<string, unknown>>): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `agent: { kind: fake, fakeScript: ${script} }\nexecution: { workers: 2, leaseMs: 2000 }\n`,
    [file]: body(2),
  });
  await project.write({ [script]: JSON.stringify({ answers: { "/Look at/": answer } }) });
}

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runTutti(project, { args, env });

const report = z.looseObject({ report: z.looseObject({ total: z.looseObject({ costUsd: z.number() }) }) });

/** Of the whole job, as its report has it. */
const spentUsd = ({ stdout }: TuttiResult): number =>
  report.parse(parseNdjson(stdout).find(({ type }) => type === "result")).report.total.costUsd;

const workflowEnd = ({ stdout }: TuttiResult) => parseNdjson(stdout).at(-1);

describe("a part's budget", { timeout: 120_000 }, () => {
  it("holds for agents at once, whatever is killed; with a larger one only those are asked that had not finished", async () => {
    await start({ text: "Seen.", usage: { costUsd: 1 } });
    const fault = { TUTTI_FAULT: "workflow.answered@coordinator", TUTTI_FAULT_FOLDER: join(project.home, "faults") };
    expect((await run(["workflow", "run", "part", "--json"], fault)).signal).toBe("SIGKILL");

    const resumed = await run(["resume", "--json"]);

    expect(workflowEnd(resumed), resumed.stdout + resumed.stderr).toMatchObject({
      type: "workflow-output",
      error: { code: "BUDGET_EXCEEDED", context: { level: "part", path: "budget#1", limitUsd: 2 } },
    });
    expect(spentUsd(resumed)).toBe(2);
    const before = await inspectJob(project);
    const done = Object.entries(statusesOf(before)).flatMap(([key, status]) => (status === "completed" ? [key] : []));
    expect(done.length).toBeGreaterThan(0);

    await project.write({ [file]: body(20) });
    const anew = await run(["resume", "--begin-anew", "--json"]);
    const output = ["Seen.", "Seen.", "Seen.", "Seen."];
    expect(workflowEnd(anew), anew.stdout + anew.stderr).toMatchObject({ type: "workflow-output", output });
    const { attempts } = await inspectJob(project);
    for (const key of done) expect(attempts[key]).toEqual(before.attempts[key]);
  });

  it("does so with the real Claude Code, but for the request in flight", async () => {
    const usage = "{ inputTokens: 0, outputTokens: 30000, cacheReadTokens: 0, cacheWriteTokens: 0 }";
    const rule = `{ match: { role: worker, contains: Look at }, turns: [{ says: Seen., usage: ${usage} }] }`;
    model = await startSimulator({ scenario: parseScenario(`rules: [${rule}]`, "scenario.yaml") });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "execution: { workers: 2 }\n",
      [file]: body(0.8),
    });

    const args = ["workflow", "run", "part", "--json"];
    const ended = await runTutti(project, { args, modelUrl: model.url });

    const error = { code: "BUDGET_EXCEEDED", context: { path: "budget#1" } };
    expect(workflowEnd(ended), ended.stdout + ended.stderr).toMatchObject({ type: "workflow-output", error });
    expect(model.unmatched).toEqual([]);
    // Each costs 0.30 USD, which is told when it is done: the third begins with what is left and is the last one.
    expect(spentUsd(ended)).toBeCloseTo(0.9, 9);
  });
});
