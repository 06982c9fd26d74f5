import { expect, it } from "vitest";
import { z } from "zod";

import type { WorkflowRecording } from "../../domain/workflow/recording.ts";
import { workflow } from "../../workflow/workflow.ts";
import { stubsFrom } from "./stubs-from.ts";
import { testWorkflow } from "./test-workflow.ts";

const recording: WorkflowRecording = {
  workflow: "release",
  input: null,
  output: "b 1",
  agents: [
    { path: "all#1[0]/builder#1", profile: "builder", text: "a" },
    { path: "all#1[1]/builder#1", profile: "builder", text: "b", costUsd: 1 },
  ],
  commands: [{ name: "test", result: { isOk: false, exitCode: 1, output: "" } }],
  answers: [{ question: "Which?", answer: { approved: true, note: "1" } }],
  signals: [{ name: "go", payload: 1 }],
};

const release = (calls: number) =>
  workflow("release", { input: z.null(), output: z.string() }, async (flow) => {
    const work = (name: string) => () => flow.agent("builder", name);
    const built = await flow.all(["a", "b", "c"].slice(0, calls).map(work));
    const { exitCode } = await flow.command("test", { run: "npm test" });
    const { note = "" } = await flow.approve("Which?");
    const go = await flow.receive("go", { schema: z.number() });
    return `${built[Number(note)] ?? ""} ${(exitCode ?? 0) * (go ?? 0)}`;
  });

it("says again to a workflow what was said to the run that was recorded", async () => {
  const { output } = await testWorkflow(release(2), { input: recording.input, ...stubsFrom(recording) });
  expect(output).toBe(recording.output);
});

it("names the call that the recorded run did not make", async () => {
  await expect(testWorkflow(release(3), { input: null, ...stubsFrom(recording) })).rejects.toThrow(
    "The recorded run did not ask for an agent at all#1[2]/builder#1",
  );
});
