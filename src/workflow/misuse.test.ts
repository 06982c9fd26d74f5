import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "./flow.ts";
import { workflow } from "./workflow.ts";

const form = { input: z.null(), output: z.json() };
const agents = { "*": () => "said" };

const run = async (body: (flow: WorkflowFlow) => Promise<z.core.util.JSONType>) =>
  (await runWorkflow(workflow("tried", form, body), { input: null, agents })).output;

const misused = (...parts: readonly string[]) => ({
  code: "ENGINE_FLOW_MISUSED",
  message: expect.stringMatching(
    new RegExp(parts.map((part) => part.replaceAll(/[().]/g, String.raw`\$&`)).join(".*")),
  ),
});

describe("a flow that is misused", () => {
  it("says which call nobody awaited, when the next one begins", async () => {
    const body = run(async (flow) => {
      void flow.agent("reviewer", "x");
      return flow.step("next", async () => null);
    });
    await expect(body).rejects.toMatchObject(misused('flow.step("next")', 'flow.agent("reviewer")'));
  });

  it("says which call nobody awaited, at the end of the body and of a branch", async () => {
    const last = run(async (flow) => {
      void flow.agent("reviewer", "x");
      return null;
    });
    await expect(last).rejects.toMatchObject(misused("main", 'flow.agent("reviewer")'));
    const inBranch = run((flow) =>
      flow.map([1], async () => {
        void flow.sleep(5);
        return null;
      }),
    );
    await expect(inBranch).rejects.toMatchObject(misused("flow.sleep"));
  });

  it("can't be hidden by catching it", async () => {
    const body = run(async (flow) => {
      void flow.agent("a", "x");
      await flow.agent("b", "x").catch(() => null);
      return "fine";
    });
    await expect(body).rejects.toMatchObject(misused('flow.agent("b")', 'flow.agent("a")'));
  });

  it("refuses calls that run at once without a branch", async () => {
    const body = run((flow) => Promise.all([flow.agent("a", "x"), flow.agent("b", "y")]));
    await expect(body).rejects.toMatchObject({
      ...misused('flow.agent("b")', 'flow.agent("a")'),
      hint: expect.stringContaining("flow.all"),
    });
  });

  it("refuses a call in the effect of a step", async () => {
    const body = run((flow) => flow.step("outer", () => flow.agent("a", "x")));
    await expect(body).rejects.toMatchObject(misused('flow.agent("a")', "within the effect of a step"));
  });

  it("refuses a call after the end, and outside of a workflow", async () => {
    const kept: WorkflowFlow[] = [];
    await run(async (flow) => kept.push(flow));
    const [flow] = kept;
    await expect(flow?.agent("a", "x")).rejects.toMatchObject(misused('flow.agent("a")', "outside"));
  });

  it("lets calls follow one another in callbacks", async () => {
    const said = await run((flow) => flow.now().then((at) => flow.agent("a", `${at}`).then((text) => [text])));
    expect(said).toEqual(["said"]);
  });

  it("refuses a callback's call that nobody waits for", async () => {
    const body = run(async (flow) => {
      void flow
        .now()
        .then(() => flow.agent("a", "x"))
        .catch(() => null);
      return flow.agent("b", "x");
    });
    await expect(body).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  });
});
