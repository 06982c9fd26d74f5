import { expect } from "../vitest.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asRunId, asWorkerId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Flow } from "../../engine/port.ts";
import { type EnginePromises, Gate, notJson, type TestBed, until, untilAborted, workflowOf } from "./test-bed.ts";

const steps = ["plan", "code", "test", "merge"];

/** Lets a worker begin the run, stops it in the middle of `step`, and lets another one end the run. */
async function crashIn(bed: TestBed, runId: RunId, begun: Gate): Promise<Json> {
  const worker = bed.work();
  await begun.opened;
  await worker.stop({ drain: false });
  bed.work();
  return bed.engine.result(runId);
}

export const recordingPromises: EnginePromises = {
  "ENGINE-19 a run that is cut short in any step goes on with it, and repeats no recorded one": async (bed) => {
    for (const crashAt of steps) {
      const ran: string[] = [];
      const begun = new Gate();
      const build = bed.workflow(`build-${crashAt}`, async (flow) => {
        const outputs: Json[] = [];
        for (const name of steps) {
          const effect = async ({ signal }: { readonly signal: AbortSignal }) => {
            ran.push(name);
            if (name !== crashAt || flow.token > 1) return `${name} done`;
            begun.open();
            return untilAborted(signal);
          };
          outputs.push(await flow.step(name, effect));
        }
        return outputs;
      });
      const runId = await bed.start(build(`run-${crashAt}`));
      expect(await crashIn(bed, runId, begun)).toEqual(steps.map((name) => `${name} done`));
      const crashed = steps.indexOf(crashAt);
      expect(ran).toEqual([...steps.slice(0, crashed + 1), ...steps.slice(crashed)]);
    }
  },
  "ENGINE-20 a step's failure is recorded, and thrown the same again on replay": async (bed) => {
    const begun = new Gate();
    const seen: unknown[] = [];
    let tries = 0;
    const failing = bed.workflow("failing", async (flow) => {
      try {
        await flow.step("bad", async () => {
          tries++;
          throw new TuttiError("CONFLICT", "no", { failureClass: "conflict", hint: "Merge.", context: { at: 1 } });
        });
      } catch (thrown) {
        seen.push(thrown);
      }
      return flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
    });
    const runId = await bed.start(failing("a"));
    await crashIn(bed, runId, begun);
    expect(tries).toBe(1);
    const expected = { code: "CONFLICT", message: "no", failureClass: "conflict", hint: "Merge.", context: { at: 1 } };
    expect(seen).toMatchObject([expected, expected]);
  },
  "ENGINE-21 a step gives the same value now and on replay: what JSON makes of it": async (bed) => {
    const begun = new Gate();
    const seen: Json[] = [];
    const odd = bed.workflow("odd", async (flow) => {
      seen.push(await flow.step("odd", async () => ({ at: Number.NaN })));
      return flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
    });
    await crashIn(bed, await bed.start(odd("a")), begun);
    expect(seen).toEqual([{ at: null }, { at: null }]);
  },
  "ENGINE-22 what a step gives must be JSON, or the step fails": async (bed) => {
    const odd = bed.workflow("odd", async (flow) => flow.step("loop", async () => notJson()));
    bed.work();
    await expect(bed.finish(odd("a"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
  },
  "ENGINE-23 time, chance and ids are recorded": async (bed) => {
    const begun = new Gate();
    const seen: Json[][] = [];
    const drawing = bed.workflow("drawing", async (flow) => {
      seen.push([await flow.now(), await flow.random(), await flow.uuid(), await flow.uuid()]);
      return flow.step("next", ({ signal }) => stopFirst(flow, begun, signal));
    });
    const before = Date.now();
    await crashIn(bed, await bed.start(drawing("a")), begun);
    const [first, again] = seen;
    expect(again).toEqual(first);
    const [now, random, one, two] = first ?? [];
    expect(now).toBeGreaterThanOrEqual(before);
    expect(random).toBeGreaterThanOrEqual(0);
    expect(random).toBeLessThan(1);
    expect(one).not.toBe(two);
  },
  "ENGINE-24 a step's key is the same in every execution, and no other step's": async (bed) => {
    const begun = new Gate();
    const keys: string[] = [];
    const keyed = bed.workflow("keyed", async (flow) => {
      const noteKey = async ({ key, signal }: { readonly key: string; readonly signal: AbortSignal }) => {
        keys.push(key);
        return stopFirst(flow, begun, signal);
      };
      await flow.step("same", async ({ key }) => keys.push(key));
      await flow.step("same", async ({ key }) => keys.push(key));
      await flow.step("0/same", async ({ key }) => keys.push(key));
      return flow.step("last", noteKey);
    });
    await crashIn(bed, await bed.start(keyed("a")), begun);
    expect(new Set(keys).size).toBe(4);
    expect(keys).toHaveLength(5);
    expect(keys[3]).toBe(keys[4]);
  },
  "ENGINE-25 the undo steps of a caught failure run in their order, once each, across a crash": async (bed) => {
    const begun = new Gate();
    const log: string[] = [];
    const saga = bed.workflow("saga", async (flow) => {
      const undo: string[] = [];
      try {
        for (const name of ["book", "pay", "send"]) {
          await flow.step(name, async () => {
            if (name === "send") throw new Error("no courier");
            return log.push(name);
          });
          undo.push(name);
        }
        return "sent";
      } catch {
        for (const name of undo.toReversed()) {
          await flow.step(`undo ${name}`, ({ signal }) => {
            log.push(`undo ${name}`);
            return name === "book" ? stopFirst(flow, begun, signal) : Promise.resolve(null);
          });
        }
        return "undone";
      }
    });
    expect(await crashIn(bed, await bed.start(saga("a")), begun)).toBe("undone");
    expect(log).toEqual(["book", "pay", "undo pay", "undo book", "undo book"]);
  },
  "ENGINE-26 the late result of a worker that lost its run is refused, and its signal says so": async (bed) => {
    const second = await bed.second();
    const zombie = new Gate();
    const begun = new Gate();
    const reasons: unknown[] = [];
    bed.engine.register(
      workflowOf("slow", async (flow) =>
        flow.step("work", async ({ signal }) => {
          signal.addEventListener("abort", () => reasons.push(signal.reason));
          begun.open();
          await zombie.opened;
          return "from the zombie";
        }),
      ),
    );
    second.register(workflowOf("slow", async (flow) => flow.step("work", async () => "from the living")));
    const dead = asWorkerId("dead");
    const worker = bed.work({ workerId: dead, leaseMs: 300 });
    const runId = await bed.start({ runId: asRunId("a"), workflow: "slow", input: null, queue: "main" });
    await begun.opened;
    await second.releaseWorker(dead);
    bed.work({}, second);
    expect(await second.result(runId)).toBe("from the living");
    await until(() => reasons.length > 0);
    zombie.open();
    await until(() => worker.active.size === 0);
    expect(reasons).toMatchObject([{ code: "LEASE_LOST" }]);
    expect(await bed.engine.find(runId)).toMatchObject({ status: "completed", output: "from the living", claims: 2 });
  },
  "ENGINE-27 a result that comes before the zombie knows of its loss is refused as well": async (bed) => {
    const second = await bed.second();
    const zombie = new Gate();
    const begun = new Gate();
    const next: string[] = [];
    bed.engine.register(
      workflowOf("slow", async (flow) => {
        await flow.step("work", async () => {
          begun.open();
          await zombie.opened;
          return "from the zombie";
        });
        return flow.step("next", async () => (next.push("zombie"), "zombie"));
      }),
    );
    const living = new Gate();
    second.register(
      workflowOf("slow", async (flow) => {
        const work = await flow.step("work", async () => (await living.opened, "from the living"));
        return flow.step("next", async () => (next.push("living"), work));
      }),
    );
    const dead = asWorkerId("dead");
    const worker = bed.work({ workerId: dead, leaseMs: 600_000 });
    const runId = await bed.start({ runId: asRunId("a"), workflow: "slow", input: null, queue: "main" });
    await begun.opened;
    expect(await second.releaseWorker(dead)).toEqual([runId]);
    bed.work({}, second);
    await until(async () => (await second.find(runId))?.claims === 2);
    zombie.open();
    await until(() => worker.active.size === 0);
    living.open();
    expect(await second.result(runId)).toBe("from the living");
    expect(next).toEqual(["living"]);
  },
  "ENGINE-28 releasing a worker that holds nothing releases nothing": async (bed) => {
    expect(await bed.engine.releaseWorker(asWorkerId("nobody"))).toEqual([]);
  },
};

/** Hangs in the first execution until it is aborted; every later one gets through. */
export async function stopFirst(flow: Flow, begun: Gate, signal: AbortSignal): Promise<Json> {
  if (flow.token > 1) return "done";
  begun.open();
  return untilAborted(signal);
}
