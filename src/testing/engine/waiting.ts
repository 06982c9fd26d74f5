import { expect } from "../vitest.ts";
import { asRunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import { stopFirst } from "./recording.ts";
import { type EnginePromises, Gate } from "./test-bed.ts";

const answer = (key: string, payload: Json) => ({ name: "answer", key, payload });

export const waitingPromises: EnginePromises = {
  "ENGINE-29 a signal wakes the run that waits for it": async (bed) => {
    const ask = bed.workflow("ask", async (flow) => (await flow.receive("answer")) ?? "nothing");
    bed.work();
    const runId = await bed.start(ask("a"));
    await bed.untilStatus(runId, "waiting");
    await bed.engine.signal(runId, answer("1", { approved: true }));
    expect(await bed.engine.result(runId)).toEqual({ approved: true });
  },
  "ENGINE-30 a signal that came before anybody waited is kept": async (bed) => {
    const ask = bed.workflow("ask", async (flow) => (await flow.receive("answer")) ?? "nothing");
    const runId = await bed.start(ask("a"));
    await bed.engine.signal(runId, answer("1", "early"));
    bed.work();
    expect(await bed.engine.result(runId)).toBe("early");
  },
  "ENGINE-31 of two signals with one key the first wins, even after it was taken": async (bed) => {
    const ask = bed.workflow("ask", async (flow) => [
      (await flow.receive("answer")) ?? "nothing",
      (await flow.receive("answer")) ?? "nothing",
    ]);
    const runId = await bed.start(ask("a"));
    await bed.engine.signal(runId, answer("1", "first"));
    await bed.engine.signal(runId, answer("1", "second"));
    bed.work();
    await bed.untilStatus(runId, "waiting");
    await bed.engine.signal(runId, answer("1", "third"));
    await bed.engine.signal(runId, answer("2", "other key"));
    expect(await bed.engine.result(runId)).toEqual(["first", "other key"]);
  },
  "ENGINE-32 each receive takes the oldest payload that none has taken, by name": async (bed) => {
    const ask = bed.workflow("ask", async (flow) => [
      (await flow.receive("answer")) ?? null,
      (await flow.receive("other")) ?? null,
      (await flow.receive("answer")) ?? null,
    ]);
    const runId = await bed.start(ask("a"));
    for (const key of ["z", "a"]) await bed.engine.signal(runId, answer(key, key));
    await bed.engine.signal(runId, { name: "other", key: "z", payload: "other" });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual(["z", "other", "a"]);
  },
  "ENGINE-33 a receive gives up after its time, and a later signal doesn't change that": async (bed) => {
    const begun = new Gate();
    const ask = bed.workflow("ask", async (flow) => {
      const early = await flow.receive("answer", { timeoutMs: 20 });
      await flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
      return [early ?? "nothing", (await flow.receive("answer", { timeoutMs: 0 })) ?? "nothing"];
    });
    const worker = bed.work();
    const runId = await bed.start(ask("a"));
    await begun.opened;
    await bed.engine.signal(runId, answer("1", "late"));
    await worker.stop({ drain: false });
    bed.work();
    expect(await bed.engine.result(runId)).toEqual(["nothing", "late"]);
  },
  "ENGINE-34 a signal for a run that doesn't exist is refused": async (bed) => {
    const sending = bed.engine.signal(asRunId("none"), answer("1", null));
    await expect(sending).rejects.toMatchObject({ code: "ENGINE_RUN_UNKNOWN" });
  },
  "ENGINE-35 a run that sleeps or waits holds no slot": async (bed) => {
    const sleeper = bed.workflow("sleeper", async (flow) => (await flow.sleep(3_600_000), null));
    const ask = bed.workflow("ask", async (flow) => (await flow.receive("answer")) ?? "nothing");
    const echo = bed.workflow("echo", async () => "done");
    const worker = bed.work({ concurrency: 1 });
    const waiting = [await bed.start(sleeper("s")), await bed.start(ask("a"))];
    for (const runId of waiting) await bed.untilStatus(runId, "waiting");
    expect(await bed.finish(echo("e"))).toBe("done");
    await worker.stop({ drain: true });
    for (const runId of waiting) expect((await bed.engine.find(runId))?.status).toBe("waiting");
  },
  "ENGINE-36 a sleep ends after its time, also when no worker was there meanwhile": async (bed) => {
    const times: number[] = [];
    const sleeper = bed.workflow("sleeper", async (flow) => {
      await flow.step("before", async () => times.push(Date.now()));
      await flow.sleep(150);
      await flow.step("after", async () => times.push(Date.now()));
      return null;
    });
    const worker = bed.work();
    const runId = await bed.start(sleeper("a"));
    await bed.untilStatus(runId, "waiting");
    await worker.stop({ drain: false });
    bed.work();
    await bed.engine.result(runId);
    const [before = 0, after = 0] = times;
    expect(times).toHaveLength(2);
    expect(after - before).toBeGreaterThanOrEqual(150);
  },
  "ENGINE-37 a run may wait many times, and repeats no step when it comes back": async (bed) => {
    const log: Json[] = [];
    const chat = bed.workflow("chat", async (flow) => {
      for (let turn = 0; turn < 4; turn++) {
        const said = (await flow.receive("answer")) ?? null;
        await flow.step("hear", async () => log.push(said));
        await flow.sleep(5);
      }
      return log.length;
    });
    bed.work();
    const runId = await bed.start(chat("a"));
    for (const key of ["1", "2", "3", "4"]) {
      await bed.untilStatus(runId, "waiting");
      await bed.engine.signal(runId, answer(key, key));
    }
    expect(await bed.engine.result(runId)).toBe(4);
    expect(log).toEqual(["1", "2", "3", "4"]);
  },
};
