import { hostname } from "node:os";
import { setImmediate } from "node:timers/promises";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { AgentOutcome } from "../../agents/port.ts";
import type { PartLimit } from "../../domain/budget/part-limit.ts";
import { asWorkerId, taskIdOf } from "../../domain/ids.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { silentLogger } from "../../telemetry/port.ts";
import { capsOfTurn } from "./caps.ts";
import { payForTurn, type Payment } from "../agent-turn/paid-turn.ts";
import { isOverPartBudget } from "./spending.ts";

const done: AgentOutcome = { status: "finished", text: "done", usage: {}, permissionDenials: [], durationMs: 1 };
const tooDear: AgentOutcome = {
  ...done,
  status: "failed",
  failure: { error: { code: "BUDGET_EXCEEDED", message: "m", failureClass: "permanent", context: { limitUsd: 1 } } },
};

/** Parts within parts, by their place in the tree. */
const places = ["p", "p/0", "p/1", "p/0/0"] as const;
const usd = (max: number) => fc.integer({ min: 1, max }).map((cents) => cents / 100);

type Part = { readonly path: string; readonly limitUsd: number };
type Agent = { readonly in: (typeof places)[number]; readonly costUsd: number; readonly sharers: number };

const trees = fc
  .tuple(usd(200), usd(100), usd(100), usd(80))
  .map((limits) => places.map((path, index): Part => ({ path, limitUsd: limits[index] ?? 0 })));

const agents = fc.array(
  fc.record<Agent>({ in: fc.constantFrom(...places), costUsd: usd(60), sharers: fc.integer({ min: 1, max: 5 }) }),
  { minLength: 1, maxLength: 7 },
);

const around = (parts: readonly Part[], { in: place, sharers }: Agent): readonly PartLimit[] =>
  parts.filter(({ path }) => `${place}/`.startsWith(`${path}/`)).map((part) => ({ ...part, sharers }));

/** A job of a workflow whose tasks `0`, `1`, … are these agents. */
class PartsJob {
  readonly #open: OpenState;
  readonly #of: Pick<Payment, "services" | "job">;

  private constructor(open: OpenState, of: Pick<Payment, "services" | "job">) {
    this.#open = open;
    this.#of = of;
  }

  static async make(open: OpenState, workers: number, limits: readonly (readonly PartLimit[])[]): Promise<PartsJob> {
    const { state, jobId, clock } = open;
    const known = await state.jobs.get(jobId);
    const job = { ...known, strategy: "workflow" as const, options: { ...known.options, workers } };
    const projectBudget = { period: "all" as const, allowsUnpriced: false };
    const services = { state, now: () => clock.now, place: localPlace(), logger: silentLogger, projectBudget };
    for (const [task, parts] of limits.entries()) await state.partLimits.hold(taskIdOf(jobId, `${task}`), parts);
    return new PartsJob(open, { services, job });
  }

  /** Turn by turn, as long as it gets something for it. */
  async work(task: number, costUsd: number): Promise<AgentOutcome> {
    let restUsd = costUsd;
    for (let turn = 1; ; turn += 1) {
      const paid = await payForTurn(this.#payment(task, turn, "alive"), async ({ maxCostUsd = Infinity }) => {
        await setImmediate();
        const paidUsd = Math.min(maxCostUsd, restUsd);
        await this.#spend(task, turn, paidUsd);
        restUsd = Math.round((restUsd - paidUsd) * 1e9) / 1e9;
        return restUsd > 0 ? tooDear : done;
      });
      if (!paid.needsMore) return paid.outcome;
    }
  }

  /** Its worker is killed in a turn that had set aside all that there was, and had cost so much. */
  async die(task: number, costUsd: number): Promise<void> {
    const { state, jobId } = this.#open;
    const dead = { id: asWorkerId("dead"), jobId, kind: "worker" as const, host: hostname(), pid: 2 ** 22 + 1 };
    await state.fleet.workerStarted({ ...dead, pidStart: "0" });
    const { services, job, turn } = this.#payment(task, 1, "dead");
    const caps = await capsOfTurn(services, job, turn.taskId);
    const grant = await state.reservations.reserve(turn, caps, () => ({ shareUsd: null, isPriced: true }));
    if (grant.kind === "granted") await this.#spend(task, 1, Math.min(costUsd, grant.amountUsd ?? 0));
  }

  async spentUsd(task: number): Promise<number> {
    const usage = await this.#open.state.sessions.usageByTask(this.#open.jobId);
    return usage.get(taskIdOf(this.#open.jobId, `${task}`))?.["m"]?.costUsd ?? 0;
  }

  #payment(task: number, turn: number, worker: string): Payment {
    const { jobId } = this.#open;
    const place = { key: `${task}`, turn, jobId, taskId: taskIdOf(jobId, `${task}`), workerId: asWorkerId(worker) };
    return { ...this.#of, turn: place, role: "worker", model: "sonnet", signal: new AbortController().signal };
  }

  async #spend(task: number, turn: number, costUsd: number): Promise<void> {
    const { state, jobId } = this.#open;
    const used = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd };
    const owner = { key: `${task}`, jobId, taskId: taskIdOf(jobId, `${task}`), role: "worker" };
    await state.sessions.recordUsage(owner, turn, { m: used });
  }
}

describe("turns in parts of a workflow", () => {
  const workers = fc.integer({ min: 1, max: 4 });
  const deaths = fc.option(usd(30), { nil: undefined });

  it("never cost more than a part may, all come to an end, and are refused only where nothing is left", async () => {
    await fc.assert(
      fc.asyncProperty(trees, agents, workers, deaths, async (parts, all, workerCount, deathAtUsd) => {
        await using open = await openState(all.map((_agent, task) => ({ key: `${task}` })));
        const limits = all.map((agent) => around(parts, agent));
        const job = await PartsJob.make(open, workerCount, limits);
        if (deathAtUsd !== undefined) await job.die(0, deathAtUsd);
        const alive = [...all.entries()].slice(deathAtUsd === undefined ? 0 : 1);

        const outcomes = await Promise.all(alive.map(([task, { costUsd }]) => job.work(task, costUsd)));

        const spentUsd = async ({ path }: Part): Promise<number> => {
          const within = [...limits.keys()].filter((task) => limits[task]?.some((part) => part.path === path));
          return (await Promise.all(within.map((task) => job.spentUsd(task)))).reduce(
            (sum, usdOfTask) => sum + usdOfTask,
            0,
          );
        };
        const refused = outcomes.flatMap((outcome) => (outcome.status === "failed" ? [outcome.failure.error] : []));
        expect(refused.every(isOverPartBudget)).toBe(true);
        for (const part of parts) {
          const ofPart = await spentUsd(part);
          expect(ofPart, part.path).toBeLessThanOrEqual(part.limitUsd + 1e-6);
          const isRefused = refused.some(({ context }) => context["path"] === part.path);
          expect(isRefused ? ofPart : part.limitUsd, part.path).toBeCloseTo(part.limitUsd, 6);
        }
      }),
      { numRuns: 12 },
    );
  });
});
