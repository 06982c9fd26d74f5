import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { CommandCall } from "../../workflow/host.ts";
import { readySaga } from "./ready-saga.ts";
import { scratchFolder, type ScratchFolder } from "./scratch-folder.fixture.ts";

let project: ScratchFolder;
beforeEach(() => (project = scratchFolder()));
afterEach(() => project.remove());

describe("the ready saga", () => {
  const open = { name: "open", do: ["echo", "42"], undo: ["sh", "-c", 'echo "closed $1" > log', "sh", "{{output}}"] };
  const input = (steps: readonly object[]) => ({ steps: z.array(z.json()).parse(steps), retryDelayMs: 0 });
  const stubs = { commands: { "*": (call: CommandCall) => project.really(call) }, answers: () => ({ approved: true }) };

  it("does all kinds of steps", async () => {
    const steps = [
      { name: "mark", branch: "release" },
      { name: "note", path: "VERSION", content: "1.0\n" },
      open,
      { name: "change", agent: "builder", prompt: "Change it" },
      { name: "publish", do: "echo published > published", irreversible: "Publish 1.0?" },
    ];
    const { output, host } = await runWorkflow(readySaga, {
      input: input(steps),
      ...stubs,
      agents: { builder: () => "done" },
    });
    expect(output).toMatchObject({ status: "completed", done: ["mark", "note", "open", "change", "publish"] });
    expect(host.questions).toMatchObject([{ question: "Publish 1.0?" }]);
    expect(existsSync(join(project.folder, "published"))).toBe(true);
  });

  it("fails when a step did, and says what was taken back and what was not", async () => {
    const steps = [
      open,
      { name: "stubborn", do: "true", undo: "false" },
      { name: "break", do: "exit 7", undo: "true" },
    ];
    const run = runWorkflow(readySaga, { input: input(steps), ...stubs });
    await expect(run).rejects.toMatchObject({
      code: "PROCESS_FAILED",
      message:
        "break failed: break ended with exit code 7; taken back: open; NOT taken back: stubborn (undo stubborn ended with exit code 1)",
      context: { done: ["open", "stubborn"], compensated: ["open"], left: [{ name: "stubborn" }] },
    });
    expect(readFileSync(join(project.folder, "log"), "utf8")).toBe("closed 42\n");
  });

  it.each([
    [{ name: "a", do: "x" }, "steps.0: undo"],
    [{ name: "a", branch: "a..b" }, "is no name for a branch"],
    [{ name: "a", path: "../x", content: "" }, "path: must be a path inside"],
    [{ name: "a", do: "x", undo: "y", retries: 2 }, "retries"],
  ])("names what is wrong with %j", async (step, named) => {
    const run = runWorkflow(readySaga, { input: input([step]), ...stubs });
    await expect(run).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      message: expect.stringContaining(named),
    });
  });
});
