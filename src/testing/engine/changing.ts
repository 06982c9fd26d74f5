import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Flow } from "../../engine/port.ts";
import { stopFirst } from "./recording.ts";
import { type EnginePromises, Gate, type TestBed, workflowOf } from "./test-bed.ts";

type Body = (flow: Flow, input: Json) => Promise<Json>;

/** Runs `before` until it hangs in its step "hang", lets a worker that knows only `after` go on, and waits for the end. */
async function change(
  bed: TestBed,
  before: (hang: () => Promise<Json>) => (flow: Flow) => Promise<Json>,
  after: Body,
  version = "1",
) {
  const begun = new Gate();
  bed.engine.register(
    workflowOf("work", async (flow) =>
      before(() => flow.step("hang", ({ signal }) => stopFirst(flow, begun, signal)))(flow),
    ),
  );
  const worker = bed.work();
  const runId = await bed.start({ runId: asRunId("a"), workflow: "work", input: null, queue: "main" });
  await begun.opened;
  await worker.stop({ drain: false });
  const second = await bed.second();
  second.register(workflowOf("work", after, version));
  bed.work({}, second);
  return second.result(runId);
}

const changed = { code: "ENGINE_WORKFLOW_CHANGED" };
const step = (flow: Flow, name: string) => flow.step(name, async () => name);

export const changingPromises: EnginePromises = {
  "ENGINE-57 a run isn't gone on with under another version of its workflow": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => (await step(flow, "one"), hang());
    const result = change(bed, before, async (flow) => (await step(flow, "one"), step(flow, "hang")), "2");
    await expect(result).rejects.toMatchObject({ ...changed, message: expect.stringContaining("version 2") });
  },
  "ENGINE-58 another step in the place of a recorded one is noticed, and named": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => (await step(flow, "one"), hang());
    const result = change(bed, before, async (flow) => (await step(flow, "other"), step(flow, "hang")));
    await expect(result).rejects.toMatchObject({ ...changed, message: expect.stringMatching(/"one".*"other"/) });
  },
  "ENGINE-59 a recorded step that the body doesn't ask for any more is noticed": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => (await step(flow, "one"), hang());
    const result = change(bed, before, async () => "nothing at all");
    await expect(result).rejects.toMatchObject({ ...changed, message: expect.stringContaining('"one"') });
  },
  "ENGINE-60 a call of another kind in the place of a recorded one is noticed": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => (await step(flow, "one"), hang());
    const result = change(bed, before, async (flow) => (await flow.now(), step(flow, "hang")));
    await expect(result).rejects.toMatchObject(changed);
  },
  "ENGINE-61 a body that catches the notice can't hide it, and runs no further step": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => (await step(flow, "one"), hang());
    let ran = 0;
    const result = change(bed, before, async (flow) => {
      await step(flow, "other").catch(() => null);
      await flow.step("more", async () => ++ran).catch(() => null);
      return "fine";
    });
    await expect(result).rejects.toMatchObject(changed);
    expect(ran).toBe(0);
  },
  "ENGINE-62 branches in the place of a step, and a step in the place of branches, are noticed": async (bed) => {
    const before = (hang: () => Promise<Json>) => async (flow: Flow) => {
      await flow.all([(branch) => step(branch, "one"), (branch) => step(branch, "two")]);
      return hang();
    };
    const result = change(bed, before, async (flow) => (await step(flow, "one"), step(flow, "hang")));
    await expect(result).rejects.toMatchObject({ ...changed, message: expect.stringContaining("flow.all") });
  },
  "ENGINE-63 a run of which nothing is recorded yet takes the newer version": async (bed) => {
    const before = (hang: () => Promise<Json>) => async () => hang();
    const result = change(bed, before, async (flow) => step(flow, "new"), "2");
    await expect(result).resolves.toBe("new");
  },
  "ENGINE-64 a flow call that isn't awaited before the next one fails the run": async (bed) => {
    const hasty = bed.workflow("hasty", async (flow) => {
      void step(flow, "one");
      return step(flow, "two").catch(() => "fine");
    });
    bed.work();
    await expect(bed.finish(hasty("a"))).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  },
  "ENGINE-65 a flow call that isn't awaited before the end fails the run": async (bed) => {
    const hasty = bed.workflow("hasty", async (flow) => {
      void flow.step("one", async () => {
        throw new Error("nobody hears this");
      });
      return "fine";
    });
    bed.work();
    await expect(bed.finish(hasty("a"))).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  },
  "ENGINE-66 a branch that uses its parent's flow fails the run": async (bed) => {
    const mixed = bed.workflow("mixed", async (flow) => flow.all([() => step(flow, "one")]));
    bed.work();
    await expect(bed.finish(mixed("a"))).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  },
  "ENGINE-67 a flow call after the end of the run is refused": async (bed) => {
    const flows: Flow[] = [];
    const leaky = bed.workflow("leaky", async (flow) => flows.push(flow));
    bed.work();
    await bed.finish(leaky("a"));
    const late = Promise.all(flows.map((flow) => step(flow, "late")));
    await expect(late).rejects.toMatchObject({ code: "ENGINE_FLOW_MISUSED" });
  },
};
