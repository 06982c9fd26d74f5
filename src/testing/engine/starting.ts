import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import { type EnginePromises, notJson } from "./test-bed.ts";

export const startingPromises: EnginePromises = {
  "ENGINE-01 a start with a known id gives back the run that exists, whatever its input": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    expect(await bed.engine.start(echo("a", { input: "first" }))).toEqual({ runId: "a", isNew: true });
    expect(await bed.engine.start(echo("a", { input: "second" }))).toEqual({ runId: "a", isNew: false });
    bed.work();
    expect(await bed.engine.result(asRunId("a"))).toBe("first");
    expect((await bed.engine.start(echo("a"))).isNew).toBe(false);
  },
  "ENGINE-02 startAll starts what isn't there yet and leaves the rest": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    await bed.start(echo("b", { input: "early" }));
    await bed.engine.startAll(["a", "b", "c"].map((id) => echo(id, { input: id })));
    bed.work();
    const outputs = await Promise.all(["a", "b", "c"].map((id) => bed.engine.result(asRunId(id))));
    expect(outputs).toEqual(["a", "early", "c"]);
  },
  "ENGINE-03 a run can be found in all its states": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    expect(await bed.engine.find(asRunId("a"))).toBeUndefined();
    const runId = await bed.start(echo("a", { input: { n: [1, null] } }));
    const queued = { runId, workflow: "echo", status: "queued", input: { n: [1, null] }, claims: 0 };
    expect(await bed.engine.find(runId)).toEqual(queued);
    bed.work();
    await bed.engine.result(runId);
    expect(await bed.engine.find(runId)).toEqual({
      ...queued,
      status: "completed",
      output: { n: [1, null] },
      claims: 1,
    });
  },
  "ENGINE-04 a workflow that nobody registered can't be started": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    const unknown = { ...echo("a"), workflow: "other" };
    await expect(bed.engine.start(unknown)).rejects.toMatchObject({ code: "ENGINE_WORKFLOW_UNKNOWN" });
    await expect(bed.engine.startAll([echo("b"), unknown])).rejects.toMatchObject({ code: "ENGINE_WORKFLOW_UNKNOWN" });
    expect(await bed.engine.find(asRunId("b"))).toBeUndefined();
  },
  "ENGINE-05 a priority outside 1 to 10 is refused": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    for (const priority of [0, 11, 2.5]) {
      await expect(bed.engine.start(echo("a", { priority }))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    }
  },
  "ENGINE-06 a result is refused for an unknown run, and given up when its signal aborts": async (bed) => {
    const echo = bed.workflow("echo", async (_flow, input) => input);
    await expect(bed.engine.result(asRunId("none"))).rejects.toMatchObject({ code: "ENGINE_RUN_UNKNOWN" });
    const runId = await bed.start(echo("a"));
    const abort = new AbortController();
    const waiting = bed.engine.result(runId, { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
  },
  "ENGINE-07 a closed engine gives up the results that it waits for": async (bed) => {
    const second = await bed.second();
    const echo = bed.workflow("echo", async (_flow, input) => input);
    const runId = await bed.start(echo("a"));
    const waiting = second.result(runId);
    await second.close();
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
  },
  "ENGINE-08 a body's error is the run's error, as the result throws it": async (bed) => {
    const boom = bed.workflow("boom", async () => {
      throw new Error("boom");
    });
    bed.work();
    const runId = await bed.start(boom("a"));
    await expect(bed.engine.result(runId)).rejects.toMatchObject({ code: "ENGINE_RUN_FAILED", message: "boom" });
    expect(await bed.engine.find(runId)).toMatchObject({ status: "failed", error: { message: "boom" } });
  },
  "ENGINE-09 an output that isn't JSON fails the run": async (bed) => {
    const odd = bed.workflow("odd", async () => notJson());
    bed.work();
    await expect(bed.finish(odd("a"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
  },
};
