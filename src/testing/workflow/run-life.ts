import { asRunId, asWorkerId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import { embeddedEngine } from "../../engine/embedded/embedded-engine.ts";
import type { SqlStore } from "../../engine/embedded/sql-store.ts";
import type { Engine } from "../../engine/port.ts";
import { engineWorkflow } from "../../workflow/engine-workflow.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { AgentCall } from "../../workflow/host.ts";
import type { EffectLog } from "./effect-log.ts";
import { lookAtRuns } from "./look-at-runs.ts";
import { standstillOf } from "./standstill.ts";
import { StubHost } from "./stub-host.ts";
import { StubProblem, type StubAnswer, type Stubs } from "./stubs.ts";
import { storeOnVirtualTime, VirtualTime } from "./virtual-time.ts";

/** A workflow with all that it is run with in a test. */
export type WorkflowCase = Stubs & { readonly definition: AnyWorkflow; readonly input: Json };

export type LifeOptions = {
  readonly store: SqlStore;
  readonly case: WorkflowCase;
  readonly log: EffectLog;
  /** From 1: which of the lives that the runs have, one after the other. */
  readonly life: number;
  readonly concurrency: number;
  /** Runs that nobody has to wait for any more. */
  readonly isParked?: (runId: string) => boolean;
  readonly isDead?: () => boolean;
  /** Of the clock of the first life, in milliseconds since the Unix epoch. Default `startOfTests`. */
  readonly startAt?: number;
};

/** 2026-01-01: runs of a test begin at the same moment. */
export const startOfTests = Date.UTC(2026, 0, 1);

/** Renewed at a third of it by a real clock, while the virtual one jumps. */
const leaseMs = 3_600_000;

const workerOf = (life: number) => asWorkerId(`life-${life}`);

/** An engine with a worker and virtual time, from its start to the death of the process or its likeness. */
export class RunLife {
  readonly engine: Engine;
  readonly #options: LifeOptions;
  readonly #time: VirtualTime;
  #cancelled: Promise<void> | undefined;
  readonly #problem = Promise.withResolvers<never>();

  constructor(options: LifeOptions) {
    this.#options = options;
    const { store, log, isParked = () => false, startAt = startOfTests } = options;
    this.#time = new VirtualTime(Math.max(startAt, ...log.effects.map(({ at }) => at)));
    this.#problem.promise.catch(() => undefined);
    const timed = storeOnVirtualTime(store, {
      time: this.#time,
      look: () => lookAtRuns(store, isParked),
      onJump: () => this.#noteJump(),
      onStandstill: async () => this.#problem.reject(await standstillOf(store)),
    });
    const logger = { warn: () => undefined };
    this.engine = embeddedEngine({ store: timed, clock: this.#time.clock, random: () => 0.5, logger });
  }

  /** Nobody waits for its runs any longer. */
  giveUp(afterMs: number): void {
    this.#problem.reject(new StubProblem("ABORTED", `The workflow has not ended after ${afterMs} ms`));
  }

  /** Milliseconds since the Unix epoch, by the virtual clock. */
  now(): number {
    return this.#time.clock();
  }

  /** Makes a run known, and begins it when it has not begun yet. Other lives' answers and signals arrive again. */
  async enter(id: string): Promise<StubHost> {
    const { case: given, log, life, isDead } = this.#options;
    const runId = asRunId(id);
    const host = new StubHost({
      ...{ run: id, life, stubs: given, log, clock: this.#time.clock },
      ...(isDead === undefined ? {} : { isDead }),
      deliver: ({ signalName }, answer) => this.#answer(id, signalName, answer),
      onCall: (call) => this.#cancelAt(runId, call),
      onProblem: (problem) => this.#problem.reject(problem),
    });
    const name = `${given.definition.name}/${id}`;
    this.engine.register(engineWorkflow(given.definition, { host, name, version: "1" }));
    const { isNew } = await this.engine.start({ runId, workflow: name, input: given.input, queue: "main" });
    if (isNew) this.#append(id, "started");
    await this.#sendSignals(id);
    if (!isNew) await this.#sendAnswers(id);
    return host;
  }

  async work(): Promise<void> {
    const { life, concurrency } = this.#options;
    for (let earlier = 1; earlier < life; earlier += 1) await this.engine.releaseWorker(workerOf(earlier));
    this.engine.work({ workerId: workerOf(life), queues: ["main"], concurrency, leaseMs });
  }

  /** @throws what the run failed with; {@link StubProblem} when the test is wrong */
  result(id: string): Promise<Json> {
    return Promise.race([this.engine.result(asRunId(id)), this.#problem.promise]);
  }

  /** Resolves when the run has ended, however. @throws {StubProblem} when the test is wrong */
  async ended(id: string): Promise<void> {
    await Promise.race([this.engine.result(asRunId(id)).catch(() => undefined), this.#problem.promise]);
  }

  /** The next life goes on at this time. A write, even one that changes nothing, makes the worker look around. */
  async #noteJump(): Promise<void> {
    this.#append("", "jumped");
    await this.#options.store.transact((session) => session.run("UPDATE engine_runs SET priority = priority"));
  }

  /** What is called once the run is cancelled gets no answer. */
  async #cancelAt(runId: RunId, call: AgentCall): Promise<void> {
    if (this.#cancelled === undefined) {
      if (this.#options.case.cancelWhen?.(call) !== true) return;
      this.#cancelled = this.engine.cancel(runId, "the test cancels it");
    }
    await this.#cancelled;
    const aborted = Promise.withResolvers<void>();
    call.signal.addEventListener("abort", () => aborted.resolve());
    if (!call.signal.aborted) await aborted.promise;
    call.signal.throwIfAborted();
  }

  #append(run: string, event: "started" | "jumped"): void {
    const { log, life, isDead } = this.#options;
    if (isDead?.() === true) return;
    log.append({ run, life, at: this.#time.clock(), event, node: "", name: "" });
  }

  async #sendSignals(id: string): Promise<void> {
    const { log, case: given } = this.#options;
    const startedAt = log.effects.find(({ run, event }) => run === id && event === "started")?.at ?? startOfTests;
    for (const [index, { name, payload, afterMs = 0 }] of (given.signals ?? []).entries()) {
      await this.#signalAt(startedAt + afterMs, id, { name, key: `${index}`, payload });
    }
  }

  async #sendAnswers(id: string): Promise<void> {
    const asked = this.#options.log.effects.filter(({ run, event }) => run === id && event === "asked");
    for (const { name, answer, at } of asked) await this.#answer(id, name, answer as StubAnswer, at);
  }

  async #answer(id: string, name: string, answer: StubAnswer, askedAt = this.#time.clock()): Promise<void> {
    const { afterMs = 0, ...payload } = answer;
    await this.#signalAt(askedAt + afterMs, id, { name, key: "first", payload });
  }

  async #signalAt(at: number, id: string, signal: Parameters<Engine["signal"]>[1]): Promise<void> {
    const { isParked } = this.#options;
    const send = async (): Promise<void> => {
      if (isParked?.(id) !== true) await this.engine.signal(asRunId(id), signal);
    };
    const waitMs = at - this.#time.clock();
    if (waitMs <= 0) return send();
    this.#time.after(waitMs, send);
  }
}
