import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { asRunId, asWorkerId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Engine, EngineWorker, Flow, StartRun, Workflow, WorkOptions } from "../../engine/port.ts";

/** One empty engine and the ways into it. */
export type EngineUnderTest = {
  readonly engine: Engine;
  /** Another engine object on the same database, as another process would have. */
  readonly openSecond: () => Promise<Engine>;
  /** Closes every engine that was opened, and removes the database. */
  readonly remove: () => Promise<void>;
};

/** Each body proves one numbered promise of `Engine`. */
export type EnginePromises = Readonly<Record<string, (bed: TestBed) => Promise<void>>>;

type Body = (flow: Flow, input: Json) => Promise<Json>;

/** What the bodies of the suite need again and again. */
export class TestBed {
  readonly engine: Engine;
  readonly #under: EngineUnderTest;
  readonly #workers: EngineWorker[] = [];

  constructor(under: EngineUnderTest) {
    this.#under = under;
    this.engine = under.engine;
  }

  second(): Promise<Engine> {
    return this.#under.openSecond();
  }

  /** Registers a workflow of version 1 and gives back what starts runs of it. */
  workflow(name: string, body: Body, engine: Engine = this.engine): RequestMaker {
    engine.register(workflowOf(name, body));
    return (id, options = {}) => ({ runId: asRunId(id), workflow: name, input: null, queue: "main", ...options });
  }

  /** The worker stops when the promise is proven, if it hasn't before. */
  work(options: Partial<WorkOptions> = {}, engine: Engine = this.engine): EngineWorker {
    const worker = engine.work({
      workerId: asWorkerId(`worker-${randomUUID()}`),
      queues: ["main"],
      concurrency: 8,
      leaseMs: 3_000,
      ...options,
    });
    this.#workers.push(worker);
    return worker;
  }

  async start(request: StartRun): Promise<RunId> {
    return (await this.engine.start(request)).runId;
  }

  async finish(request: StartRun): Promise<Json> {
    return this.engine.result(await this.start(request));
  }

  /** Waits until the run is in this state. */
  async untilStatus(runId: RunId, status: string): Promise<void> {
    await until(async () => (await this.engine.find(runId))?.status === status);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop({ drain: false })));
    await this.#under.remove();
  }
}

export type RequestMaker = (id: string, options?: Partial<StartRun>) => StartRun;

export function workflowOf(name: string, body: Body, version = "1"): Workflow {
  return { name, version, run: body };
}

/** Waits for a condition, and fails when it doesn't come true in time. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 8_000): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > limitMs)
      throw new Error(`Waited ${limitMs} ms in vain for: ${condition.toString()}`);
    await delay(5);
  }
}

/** Settles only by the abort, as a step does whose agent is killed. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
}

/** Typed as JSON, and impossible to write as such. */
export function notJson(): Json {
  const loop: Record<string, Json> = {};
  loop["self"] = loop;
  return loop;
}

/** Something that happens once, and that others wait for. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();

  open(): void {
    this.#opened.resolve();
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }
}
