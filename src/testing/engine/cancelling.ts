import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import { type EnginePromises, Gate, until, untilAborted } from "./test-bed.ts";

const cancelled = { code: "ENGINE_RUN_CANCELLED" };

export const cancellingPromises: EnginePromises = {
  "ENGINE-38 a queued run ends at once when it is cancelled, and never begins": async (bed) => {
    let hasBegun = false;
    const echo = bed.workflow("echo", async () => (hasBegun = true));
    const runId = await bed.start(echo("a"));
    await bed.engine.cancel(runId, "changed my mind");
    expect(await bed.engine.find(runId)).toMatchObject({ status: "cancelled", error: cancelled });
    await expect(bed.engine.result(runId)).rejects.toMatchObject(cancelled);
    bed.work();
    await bed.finish(bed.workflow("other", async () => null)("b"));
    expect(hasBegun).toBe(false);
  },
  "ENGINE-39 a running step is aborted, and no catch lets the run go on": async (bed) => {
    const begun = new Gate();
    const after: string[] = [];
    let reason: unknown;
    const stubborn = bed.workflow("stubborn", async (flow) => {
      try {
        await flow.step("long", async ({ signal }) => {
          begun.open();
          return untilAborted(signal);
        });
      } catch (thrown) {
        reason = thrown;
      }
      await flow.step("after", async () => after.push("ran")).catch(() => null);
      return "survived";
    });
    bed.work();
    const runId = await bed.start(stubborn("a"));
    await begun.opened;
    await bed.engine.cancel(runId, "enough");
    await expect(bed.engine.result(runId)).rejects.toMatchObject(cancelled);
    expect(reason).toMatchObject(cancelled);
    expect(after).toEqual([]);
  },
  "ENGINE-40 a run that ends in the moment of its cancelling has ended as cancelled": async (bed) => {
    const begun = new Gate();
    const gate = new Gate();
    const deaf = bed.workflow("deaf", async (flow) =>
      flow.step("long", async () => {
        begun.open();
        await gate.opened;
        return "done";
      }),
    );
    bed.work();
    const runId = await bed.start(deaf("a"));
    await begun.opened;
    await bed.engine.cancel(runId, "enough");
    gate.open();
    await expect(bed.engine.result(runId)).rejects.toMatchObject(cancelled);
  },
  "ENGINE-83 nothing begins after a step that ended when its run was cancelled already": async (bed) => {
    const after: string[] = [];
    const late = bed.workflow("late", async (flow) => {
      await flow.step("is cancelled", async () => {
        await bed.engine.cancel(flow.runId, "enough");
        return null;
      });
      await flow.step("after", async () => after.push("ran")).catch(() => null);
      return "survived";
    });
    bed.work();
    const runId = await bed.start(late("a"));
    await expect(bed.engine.result(runId)).rejects.toMatchObject(cancelled);
    expect(after).toEqual([]);
  },
  "ENGINE-41 a waiting run ends when it is cancelled": async (bed) => {
    const ask = bed.workflow("ask", async (flow) => (await flow.receive("answer")) ?? null);
    bed.work();
    const runId = await bed.start(ask("a"));
    await bed.untilStatus(runId, "waiting");
    await bed.engine.cancel(runId, "enough");
    expect((await bed.engine.find(runId))?.status).toBe("cancelled");
    await bed.engine.signal(runId, { name: "answer", key: "1", payload: "late" });
    expect((await bed.engine.find(runId))?.status).toBe("cancelled");
  },
  "ENGINE-42 cancelling a run cancels its descendants: queued, running and waiting ones": async (bed) => {
    const begun = new Gate();
    const aborted = new Gate();
    bed.workflow("leaf", async (flow) =>
      flow.step("long", async ({ signal }) => {
        signal.addEventListener("abort", () => aborted.open());
        begun.open();
        return untilAborted(signal);
      }),
    );
    bed.workflow("middle", async (flow) => flow.call({ key: "leaf", workflow: "leaf", input: null }));
    const tree = bed.workflow("tree", async (flow) =>
      flow.all([
        (branch) => branch.call({ key: "middle", workflow: "middle", input: null }),
        (branch) => branch.call({ key: "queued", workflow: "leaf", input: null, queue: "nobody's" }),
      ]),
    );
    bed.work();
    const runId = await bed.start(tree("a"));
    await begun.opened;
    await bed.untilStatus(asRunId("a/queued"), "queued");
    await bed.engine.cancel(runId, "enough");
    await aborted.opened;
    for (const id of ["a", "a/middle", "a/middle/leaf", "a/queued"]) await bed.untilStatus(asRunId(id), "cancelled");
  },
  "ENGINE-43 cancelling a child alone is an error that its parent may catch": async (bed) => {
    bed.workflow("ask", async (flow) => (await flow.receive("answer")) ?? null);
    const parent = bed.workflow("parent", async (flow) => {
      try {
        return await flow.call({ key: "child", workflow: "ask", input: null });
      } catch (thrown) {
        expect(thrown).toMatchObject(cancelled);
        return flow.step("cope", async () => "coped");
      }
    });
    bed.work();
    const runId = await bed.start(parent("a"));
    await bed.untilStatus(asRunId("a/child"), "waiting");
    await bed.engine.cancel(asRunId("a/child"), "not this one");
    expect(await bed.engine.result(runId)).toBe("coped");
  },
  "ENGINE-44 a child that is started after its parent was cancelled never runs": async (bed) => {
    const echo = bed.workflow("echo", async () => "ran");
    const parentId = await bed.start(echo("a"));
    await bed.engine.cancel(parentId, "enough");
    const childId = await bed.start(echo("a/late", { parentId }));
    bed.work();
    await expect(bed.engine.result(childId)).rejects.toMatchObject(cancelled);
  },
  "ENGINE-45 cancelling a run that has ended changes nothing, and an unknown one is refused": async (bed) => {
    const echo = bed.workflow("echo", async () => "done");
    bed.work();
    const runId = await bed.start(echo("a"));
    await bed.engine.result(runId);
    await bed.engine.cancel(runId, "too late");
    expect(await bed.engine.result(runId)).toBe("done");
    await expect(bed.engine.cancel(asRunId("none"), "x")).rejects.toMatchObject({ code: "ENGINE_RUN_UNKNOWN" });
  },
  "ENGINE-46 a cancelled run whose worker died ends as cancelled when it is released": async (bed) => {
    const second = await bed.second();
    const begun = new Gate();
    const deaf = bed.workflow("deaf", async (flow) =>
      flow.step("long", async ({ signal }) => {
        begun.open();
        return untilAborted(signal);
      }),
    );
    const worker = bed.work();
    const runId = await bed.start(deaf("a"));
    await begun.opened;
    await Promise.all([second.cancel(runId, "enough"), worker.stop({ drain: false })]);
    await until(async () => (await second.find(runId))?.status === "cancelled");
  },
};
