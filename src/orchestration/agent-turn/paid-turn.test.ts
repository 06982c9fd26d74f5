import { once } from "node:events";
import { setImmediate } from "node:timers/promises";

import { describe, expect, it, onTestFinished, vi } from "vitest";

import type { AgentOutcome } from "../../agents/port.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asWorkerId, taskIdOf } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { ProjectBudget } from "../../domain/settings.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { silentLogger } from "../../telemetry/port.ts";
import { capsOf } from "../budget/caps.ts";
import { payForTurn, type Payment } from "./paid-turn.ts";
import { isBudgetSpent } from "../budget/spending.ts";

const done: AgentOutcome = { status: "finished", text: "done", usage: {}, permissionDenials: [], durationMs: 1 };
const interrupted: AgentOutcome = {
  ...done,
  status: "failed",
  failure: { error: { code: "ABORTED", message: "interrupted", failureClass: "killed", context: {} } },
};
const tooDear: AgentOutcome = {
  ...interrupted,
  failure: { error: { code: "BUDGET_EXCEEDED", message: "m", failureClass: "permanent", context: { limitUsd: 1 } } },
};

type Limits = Partial<Job["options"]> & { readonly project?: Partial<ProjectBudget> };
type Turn = { readonly key: string; readonly number?: number; readonly model?: string; readonly signal?: AbortSignal };

/** One job with the tasks a, b and c under these limits. */
async function jobUnder({ project, ...limits }: Limits) {
  const open = await openState([{ key: "a" }, { key: "b" }, { key: "c" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const known = await open.state.jobs.get(open.jobId);
  const job = { ...known, options: { ...known.options, ...limits } };
  const services = {
    state: open.state,
    now: () => open.clock.now,
    place: localPlace(),
    logger: silentLogger,
    projectBudget: { period: "all" as const, allowsUnpriced: false, ...project },
  };
  const payment = ({ key, number = 1, model = "sonnet", signal }: Turn): Payment => ({
    services,
    job,
    turn: { key, turn: number, jobId: job.id, taskId: taskIdOf(job.id, key), workerId: asWorkerId("w1") },
    role: "worker",
    model,
    signal: signal ?? new AbortController().signal,
  });
  return { open, job, services, payment };
}

/** A turn of a task costs this much; `null`: nobody knows. */
async function cost({ state, jobId }: OpenState, key: string, costUsd: number | null, number = 1): Promise<void> {
  const used = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
  const owner = { key, jobId, taskId: taskIdOf(jobId, key), role: "worker" };
  await state.sessions.recordUsage(owner, number, { "a-model-without-a-price": used });
}

/** A turn that is under way until `end` is called with what it costs. */
function underWay(open: OpenState, payment: Payment) {
  const gate = Promise.withResolvers<number>();
  const begun = Promise.withResolvers<number | undefined>();
  const ended = payForTurn(payment, async ({ maxCostUsd }) => {
    begun.resolve(maxCostUsd);
    await cost(open, payment.turn.key, await gate.promise, payment.turn.turn);
    return done;
  });
  return { begun: begun.promise, end: gate.resolve, ended };
}

async function untilAborted(signal: AbortSignal): Promise<AgentOutcome> {
  if (!signal.aborted) await once(signal, "abort");
  return interrupted;
}

const never = () => Promise.reject(new Error("a turn was begun"));

describe("a turn under a limit", () => {
  it("gives back what it had set aside also when the database was locked at its end", async () => {
    const { open, job, services, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 1 });
    const locked = new TuttiError("STATE_BUSY", "locked", { failureClass: "transient" });
    vi.spyOn(open.state.reservations, "settle").mockRejectedValueOnce(locked);
    const turn = underWay(open, payment({ key: "a" }));
    turn.end(0.25);

    expect(await turn.ended).toMatchObject({ outcome: { status: "finished" } });

    const [budget] = await open.state.reservations.chain({ jobId: job.id }, capsOf(services, job));
    expect(budget).toMatchObject({ reservedUsd: 0, spentUsd: 0.25 });
  });

  it("gets a worker's share, and two turns side by side never more than there is", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 2 });
    const [a, b] = [underWay(open, payment({ key: "a" })), underWay(open, payment({ key: "b" }))];
    expect(await Promise.all([a.begun, b.begun])).toEqual([0.5, 0.5]);
    a.end(0.1);
    await a.ended;
    const c = underWay(open, payment({ key: "c" }));
    expect(await c.begun).toBeCloseTo(0.4, 9);
    b.end(0.1);
    c.end(0.1);
    await Promise.all([b.ended, c.ended]);
  });

  it("waits while others have set aside all that is left, and begins with what they give back", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 1 });
    const first = underWay(open, payment({ key: "a" }));
    expect(await first.begun).toBe(1);
    const second = underWay(open, payment({ key: "b" }));
    first.end(0.25);
    await first.ended;
    expect(await second.begun).toBe(0.75);
    second.end(0);
    await second.ended;
  });

  it("is not begun once the job's limit is used up, and says how to go on", async () => {
    const { open, payment, services, job } = await jobUnder({ maxCostUsdPerJob: 1 });
    await cost(open, "a", 2);
    const { outcome } = await payForTurn(payment({ key: "b" }), never);
    expect(outcome).toMatchObject({
      failure: { error: { code: "BUDGET_EXCEEDED", failureClass: "exhausted", context: { level: "job" } } },
    });
    expect(outcome.status === "failed" && outcome.failure.error.hint).toContain("--max-cost");
    expect(await isBudgetSpent(services, job)).toBe(true);
  });

  it("ends at the task's own limit, for a person to raise it, and pauses everything at the project's", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerTask: 1, project: { maxCostUsd: 5 } });
    await cost(open, "a", 1);
    const level = async (key: string) => (await payForTurn(payment({ key, number: 2 }), never)).outcome;
    expect(await level("a")).toMatchObject({ failure: { error: { context: { level: "task" } } } });
    await cost(open, "b", 4);
    expect(await level("c")).toMatchObject({
      failure: { error: { failureClass: "exhausted", context: { level: "project", limitUsd: 5 } } },
    });
  });

  it("ends when another turn takes the job to its limit, as something that a resume goes on with", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 2 });
    const outcome = payForTurn(payment({ key: "a" }), ({ signal }) => untilAborted(signal));
    await cost(open, "b", 1);
    expect((await outcome).outcome).toMatchObject({
      status: "failed",
      failure: { error: { code: "BUDGET_EXCEEDED", failureClass: "exhausted" } },
    });
  });

  it("comes to its end with the last of the money, however long it takes after it has told its cost", async () => {
    const { open, services, job, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 1 });
    const chain = vi.spyOn(open.state.reservations, "chain");
    const paid = await payForTurn(payment({ key: "a" }), async ({ signal }) => {
      await cost(open, "a", 1);
      const looks = chain.mock.calls.length;
      await vi.waitUntil(() => chain.mock.calls.length > looks, { timeout: 30_000 });
      await chain.mock.results.at(-1)?.value;
      await setImmediate();
      return signal.aborted ? interrupted : done;
    });
    expect(paid).toEqual({ outcome: done, needsMore: false });
    expect(await isBudgetSpent(services, job)).toBe(true);
  });

  it("keeps what it came to when it finished with the last of the money", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 1 });
    const paid = await payForTurn(payment({ key: "a" }), async () => {
      await cost(open, "a", 1);
      return done;
    });
    expect(paid).toEqual({ outcome: done, needsMore: false });
  });

  it("may go on with more after it used up its share, for which it counts whatever was recorded", async () => {
    const { open, payment, services, job } = await jobUnder({ maxCostUsdPerJob: 2, maxCostUsdPerTurn: 1 });
    const first = await payForTurn(payment({ key: "a" }), async () => {
      await cost(open, "a", 0.25);
      return tooDear;
    });
    expect(first.needsMore).toBe(true);
    await payForTurn(payment({ key: "a", number: 2 }), ({ maxCostUsd }) => {
      expect(maxCostUsd).toBe(1);
      return Promise.resolve(tooDear);
    });
    expect(await isBudgetSpent(services, job)).toBe(true);
  });

  it("leaves a turn that a person stopped as it is, and gives back what it had not used", async () => {
    const { open, payment, services, job } = await jobUnder({ maxCostUsdPerJob: 1 });
    const stop = new AbortController();
    const stopped = payForTurn(payment({ key: "a", signal: stop.signal }), ({ signal }) => untilAborted(signal));
    stop.abort();
    expect((await stopped).outcome).toEqual(interrupted);
    expect(await isBudgetSpent(services, job)).toBe(false);
    const next = underWay(open, payment({ key: "b" }));
    expect(await next.begun).toBe(0.5);
    next.end(0);
    await next.ended;
  });

  it("counts as all that it had set aside when nobody knows what it cost", async () => {
    const { open, payment, services, job } = await jobUnder({ maxCostUsdPerJob: 1, workers: 1 });
    await payForTurn(payment({ key: "a" }), async () => {
      await cost(open, "a", null);
      return done;
    });
    expect(await isBudgetSpent(services, job)).toBe(true);
  });

  it("counts costs of other jobs of the project, in the present period only", async () => {
    const { open, services, job, payment } = await jobUnder({ project: { maxCostUsd: 1, period: "day" } });
    open.clock.now = Date.UTC(2026, 10, 20, 12);
    await cost(open, "a", 1);
    expect(await isBudgetSpent(services, job)).toBe(true);
    open.clock.now += 86_400_000;
    expect(await isBudgetSpent(services, job)).toBe(false);
    expect((await payForTurn(payment({ key: "b" }), () => Promise.resolve(done))).outcome).toEqual(done);
  });
});

describe("a model without a price", () => {
  const turn = { key: "a", model: "gateway/some-model" };

  it("is refused under a limit, naming model and setting", async () => {
    const { payment } = await jobUnder({ maxCostUsdPerJob: 1 });
    const { outcome } = await payForTurn(payment(turn), never);
    expect(outcome).toMatchObject({ failure: { error: { code: "MODEL_UNPRICED", failureClass: "permanent" } } });
    expect(outcome.status === "failed" && outcome.failure.error.message).toMatch(/models\.worker\.model.*some-model/);
  });

  it("runs without a limit, and under one where that is allowed: then only what is known counts", async () => {
    const free = await jobUnder({});
    expect((await payForTurn(free.payment(turn), () => Promise.resolve(done))).outcome).toEqual(done);
    const { open, payment, services, job } = await jobUnder({ maxCostUsdPerJob: 1, project: { allowsUnpriced: true } });
    await payForTurn(payment(turn), async ({ maxCostUsd }) => {
      expect(maxCostUsd).toBeUndefined();
      await cost(open, "a", null);
      return done;
    });
    expect(await isBudgetSpent(services, job)).toBe(false);
  });

  it("that ran before there was a limit uses up whatever limit comes", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 100 });
    await cost(open, "a", null);
    const { outcome } = await payForTurn(payment({ key: "b" }), never);
    expect(outcome.status === "failed" && outcome.failure.error.hint).toContain("allowUnpriced");
  });
});

describe("the reservation of a dead worker", () => {
  it("is given back, and what was recorded stays spent", async () => {
    const { open, payment } = await jobUnder({ maxCostUsdPerJob: 1, workers: 1 });
    const { state, jobId } = open;
    await state.fleet.workerStarted({
      id: asWorkerId("w1"),
      jobId,
      kind: "worker",
      host: (await import("node:os")).hostname(),
      pid: 2 ** 22 + 1,
      pidStart: "0",
    });
    const dead = underWay(open, payment({ key: "a" }));
    await dead.begun;
    await cost(open, "a", 0.25);
    const next = underWay(open, payment({ key: "b" }));
    expect(await next.begun).toBe(0.75);
    dead.end(0.25);
    next.end(0);
    await Promise.all([dead.ended, next.ended]);
  });
});
