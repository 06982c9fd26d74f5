import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { asCheckpointId, asSlotId, asWorkerId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Job } from "../../domain/model.ts";
import type { Engine, StartRun } from "../../engine/port.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { checkpointRef } from "../../workspace/index.ts";
import { coordinate } from "./coordinator.ts";
import type { Services } from "../services.ts";
import { never, servicesOf, workerId } from "../services.fixture.ts";
import { pauseByPerson } from "../jobs/stop-by-person.ts";

/** An engine whose steps heed no abort: what was started is at work for as long as `isHanging` says. */
function engineWithSteps({ isHanging }: { readonly isHanging: boolean }): Engine {
  const started = new Map<RunId, StartRun>();
  return {
    register: () => undefined,
    start: (request) => {
      started.set(request.runId, request);
      return Promise.resolve({ runId: request.runId, isNew: true });
    },
    history: never,
    find: (runId) => {
      const run = started.get(runId);
      return Promise.resolve(run && { ...run, status: "running", claims: 1 });
    },
    work: () => ({ active: new Set(isHanging ? started.keys() : []), stop: () => Promise.resolve() }),
    releaseWorker: () => Promise.resolve([]),
    close: () => Promise.resolve(),
    startAll: never,
    signal: never,
    cancel: never,
    prune: never,
    result: never,
  };
}

const own = { host: "h", pid: 1, pidStart: "1" };

/** A coordinator that holds a slot and is stopped at once. */
async function stopped(steps: { readonly isHanging: boolean }) {
  const open = await openState([{ key: "a" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const { state, jobId } = open;
  await state.fleet.addSlot({ id: asSlotId("s1"), jobId, path: "/nowhere/s1", workerId });
  const services = servicesOf(open, engineWithSteps(steps));
  const ended = coordinate({
    services,
    jobId,
    own,
    spawn: never,
    isApproved: false,
    stop: AbortSignal.abort(),
    stopNow: AbortSignal.abort(),
    liftsPause: false,
    returnsWhenProposed: true,
  });
  const left = async () => ({
    slots: (await state.fleet.slots(jobId)).map((slot) => slot.workerId),
    live: (await state.fleet.liveWorkers(jobId)).map(({ id }) => id),
    holder: await state.jobs.coordinator(jobId),
  });
  return { ended, left };
}

describe("a coordinator that is stopped", () => {
  it("gives back its slot and its job", async () => {
    const { ended, left } = await stopped({ isHanging: false });
    expect(await ended).toBe("interrupted");
    expect(await left()).toEqual({ slots: [undefined], live: [], holder: undefined });
  });

  it("keeps both while a step goes on in the slot, so that nobody else begins there before this process is gone", async () => {
    const { ended, left } = await stopped({ isHanging: true });
    await expect(ended).rejects.toMatchObject({ code: "PROCESS_FAILED" });
    expect(await left()).toEqual({ slots: ["c1"], live: ["c1"], holder: "c1" });
  });
});

describe("a coordinator that begins", () => {
  const day = 86_400_000;

  it("removes automatic checkpoints of any job that are too old, and work goes on where that fails", async () => {
    await using scratch = await scratchRepository();
    const repo = await scratch.open();
    const rules = { automatic: true, keep: 1, maxTotalMb: 10, maxAgeDays: 14 };
    const open = await openState([{ key: "a" }], { checkpoints: rules });
    onTestFinished(() => open[Symbol.asyncDispose]());
    const { state, jobId, clock } = open;
    const keep = async (name: string, kind: "attempt" | "manual"): Promise<void> => {
      const [id, ref] = [asCheckpointId(name), checkpointRef(jobId, asCheckpointId(name))];
      await scratch.git(["update-ref", ref, repo.head]);
      const tip = await state.checkpoints.recordedTip(jobId);
      const facts = { id, projectPath: repo.root, jobId, kind, tip, ref, commit: repo.head, files: [] };
      await state.checkpoints.record({ ...facts, isWhileAtWork: false, objectBytes: 0 });
    };
    const kept = async (): Promise<readonly string[]> =>
      (await scratch.git(["for-each-ref", "--format=%(refname:lstrip=-1)", "refs/tutti"]))
        .trim()
        .split("\n")
        .toSorted();
    await keep("old", "attempt");
    await keep("named", "manual");
    clock.now += 15 * day;
    await keep("young", "attempt");
    await keep("younger", "attempt");
    const drive = (name: string) =>
      coordinate({
        services: { ...servicesOf(open, engineWithSteps({ isHanging: false })), repo, workerId: asWorkerId(name) },
        jobId,
        own,
        spawn: never,
        isApproved: false,
        stop: AbortSignal.abort(),
        stopNow: AbortSignal.abort(),
        liftsPause: false,
        returnsWhenProposed: true,
      });
    expect(await drive("c1")).toBe("interrupted");
    expect(await kept()).toEqual(["named", "young", "younger"]);

    clock.now += 15 * day;
    await writeFile(join(repo.commonDir, `${checkpointRef(jobId, asCheckpointId("young"))}.lock`), "");
    expect(await drive("c2")).toBe("interrupted");
  });
});

describe("a coordinator that is told yes beforehand", () => {
  it.each(["nobody answered in time", "somebody refused, and died before the job was ended"])(
    "does not carry out a plan that %s",
    async (how) => {
      const open = await openState([{ key: "a" }]);
      onTestFinished(() => open[Symbol.asyncDispose]());
      const { state, jobId, clock } = open;
      const ask = { kind: "plan", question: "May it?", context: { reasons: [] }, timeoutMs: 10 } as const;
      await state.jobs.setStatus(jobId, "proposed", { ask });
      const asked = await state.breakpoints.ofPlan(jobId);
      if (how.startsWith("nobody")) clock.now += 100;
      else if (asked !== undefined) await state.breakpoints.resolve(asked.id, { answer: "reject", by: "me" });
      const ended = coordinate({
        services: servicesOf(open, { ...engineWithSteps({ isHanging: false }), start: never }),
        jobId,
        own,
        spawn: never,
        isApproved: true,
        stop: new AbortController().signal,
        stopNow: new AbortController().signal,
        liftsPause: false,
        returnsWhenProposed: true,
      });
      expect(await ended).toBe("cancelled");
      expect((await state.jobs.get(jobId)).status).toBe("cancelled");
    },
  );
});

describe("a coordinator that waits for the answer to its plan", () => {
  it("goes on when another process saw that the time for it was up", async () => {
    const open = await openState([{ key: "a" }]);
    onTestFinished(() => open[Symbol.asyncDispose]());
    const { state, jobId, clock } = open;
    const ask = { kind: "plan", question: "May it?", context: { reasons: [] }, timeoutMs: 10 } as const;
    await state.jobs.setStatus(jobId, "proposed", { ask });
    const answered = Promise.withResolvers<Json>();
    const waiting = Promise.withResolvers<void>();
    const known = engineWithSteps({ isHanging: false });
    const engine: Engine = {
      ...known,
      find: async (runId) => {
        const run = await known.find(runId);
        if (run !== undefined) waiting.resolve();
        return run;
      },
      signal: (_runId, { payload }) => Promise.resolve(answered.resolve(payload)),
    };
    const stop = new AbortController();
    const ended = coordinate({
      services: servicesOf(open, engine),
      jobId,
      own,
      spawn: never,
      isApproved: false,
      stop: stop.signal,
      stopNow: new AbortController().signal,
      liftsPause: false,
      returnsWhenProposed: false,
    });
    await waiting.promise;
    clock.now += 100;
    expect(await state.breakpoints.expireDue()).toHaveLength(1);
    expect(await answered.promise).toBe("refused");
    stop.abort();
    await ended;
  });
});

describe("a coordinator that takes up a job that somebody had paused", () => {
  const driven = async (prepare: (services: Services, job: Job) => Promise<void>, stop: AbortSignal) => {
    const open = await openState([{ key: "a" }]);
    onTestFinished(() => open[Symbol.asyncDispose]());
    const { state, jobId, clock } = open;
    await state.jobs.requestPause(jobId);
    clock.now += 1;
    const services = servicesOf(open, engineWithSteps({ isHanging: false }));
    return coordinate({
      services,
      jobId,
      own,
      spawn: never,
      isApproved: false,
      stop,
      stopNow: new AbortController().signal,
      liftsPause: false,
      returnsWhenProposed: true,
      prepare: async () => prepare(services, await state.jobs.get(jobId)),
    });
  };

  it("goes on with it", async () => {
    expect(await driven(() => Promise.resolve(), AbortSignal.abort())).toBe("interrupted");
  });

  it("has it stand still when somebody pauses it again before it is under way", async () => {
    expect(await driven(pauseByPerson, new AbortController().signal)).toBe("paused");
  });
});
