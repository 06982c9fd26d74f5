import { afterEach, describe, expect, it } from "vitest";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const program = `
import { workflow } from "tutti";
import { z } from "zod";

const files: string = "notes.md";

export default workflow(
  "notes",
  { input: z.strictObject({ topic: z.string() }), output: z.object({ risks: z.array(z.string()), said: z.string() }) },
  async (flow, { topic }) => {
    const { risks } = await flow.agent("explorer", {
      prompt: "Find the risks of " + topic,
      result: z.object({ risks: z.array(z.string()) }),
    });
    const said = await flow.agent("builder", { prompt: "Note " + risks.join(", "), expectedOutputs: [files] });
    return { risks, said };
  },
);
`;

const yaml = `input: { topic: string }
steps:
  - { id: find, agent: explorer, prompt: "Find the risks of {{ input.topic }}", result: { risks: "string[]" } }
  - { id: note, agent: builder, prompt: "Note {{ steps.find.result.risks }}", expectedOutputs: [notes.md] }
  - { id: look, run: [cat, notes.md] }
output: { risks: "{{ steps.find.result.risks }}", notes: "{{ steps.look.result.output }}" }
`;

const scenario = `rules:
  - match: { role: worker, contains: Find the risks of release }
    turns: [{ structured: { risks: [rollback] } }]
  - match: { role: worker, contains: Note }
    turns: [{ writes: { notes.md: "rollback\\n" } }, { says: Noted. }]
`;

describe("workflow files with the real Claude Code", () => {
  it("are run as they are, TypeScript and YAML, with agents that answer in a form and agents that write", async () => {
    model = await startSimulator({ scenario: parseScenario(scenario, "scenario.yaml") });
    project = await scratchProject({
      "README.md": "# Scratch\n",
      ".tutti/workflows/notes.ts": program,
      ".tutti/workflows/notes-again.yaml": yaml,
    });
    const run = (name: string) =>
      runTutti(project, {
        args: ["workflow", "run", name, "--set", "topic=release", "--no-cache", "--json"],
        modelUrl: model.url,
      });

    const ofProgram = await run("notes");
    expect(model.unmatched).toEqual([]);
    expect(ofProgram.exitCode, ofProgram.stdout + ofProgram.stderr).toBe(0);
    expect(parseNdjson(ofProgram.stdout).at(-1)).toMatchObject({
      type: "workflow-output",
      output: { risks: ["rollback"], said: "Noted." },
    });
    const ofYaml = await run("notes-again");
    expect(model.unmatched).toEqual([]);
    expect(ofYaml.exitCode, ofYaml.stdout + ofYaml.stderr).toBe(0);
    expect(parseNdjson(ofYaml.stdout).at(-1)).toMatchObject({
      type: "workflow-output",
      output: { risks: ["rollback"], notes: "rollback\n" },
    });
    const { job } = await inspectJob(project);
    expect(await project.git("show", `${job.branch}:notes.md`)).toBe("rollback");
  });
});
