import { errorFromJson, TuttiError } from "../../domain/errors.ts";
import type { RunId, WorkerId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type {
  Engine,
  EngineWorker,
  JournalEntry,
  PrunedRuns,
  RunRecord,
  StartRun,
  Workflow,
  WorkOptions,
} from "../port.ts";
import { releaseAll } from "./claims.ts";
import { EmbeddedWorker } from "./embedded-worker.ts";
import { cancelTree } from "./endings.ts";
import type { EngineContext, EngineLogger, RegisteredWorkflow } from "./engine-context.ts";
import { cancelledError, closedError, runUnknownError, workflowUnknownError } from "./engine-errors.ts";
import { readHistory } from "./history.ts";
import { fromJsonText, toJsonText } from "./json-text.ts";
import { pruneRuns } from "./prune.ts";
import { RunEnds } from "./run-ends.ts";
import { findRun, insertRun, type NewRun } from "./runs.ts";
import { storeSignal } from "./signals.ts";
import type { SqlStore } from "./sql-store.ts";

export type EmbeddedEngineOptions = {
  /** A store that was opened with `engineMigrations`. The caller closes it, after the engine. */
  readonly store: SqlStore;
  /** Milliseconds since the Unix epoch; the same for every process that shares the store. Default the system's. */
  readonly clock?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Default: a warning of the process. */
  readonly logger?: EngineLogger;
};

/** Durable runs on one SQLite file, for any number of processes on one machine. No server, no set-up. */
export function embeddedEngine(options: EmbeddedEngineOptions): Engine {
  return new EmbeddedEngine(options);
}

const processWarnings: EngineLogger = {
  warn: (facts, message) => process.emitWarning(`${message} ${JSON.stringify(facts)}`, "TuttiEngineWarning"),
};

class EmbeddedEngine implements Engine {
  readonly #context: EngineContext;
  readonly #workflows = new Map<string, RegisteredWorkflow>();
  readonly #workers = new Set<EngineWorker>();
  readonly #ends: RunEnds;
  readonly #closing = new AbortController();

  constructor(options: EmbeddedEngineOptions) {
    const { store, clock = Date.now, random = Math.random, logger = processWarnings } = options;
    this.#context = { store, clock, random, logger, workflows: this.#workflows };
    this.#ends = new RunEnds(store);
  }

  register<Input extends Json, Output extends Json>(workflow: Workflow<Input, Output>): void {
    const { name, version, labelOf } = workflow;
    this.#workflows.set(name, {
      name,
      version,
      labelOf,
      run: (flow, inputText) => workflow.run(flow, fromJsonText<Input>(inputText)),
    });
  }

  async start(request: StartRun): Promise<{ readonly runId: RunId; readonly isNew: boolean }> {
    const run = this.#prepare(request);
    const isNew = await this.#context.store.transact((session) => insertRun(session, run));
    return { runId: request.runId, isNew };
  }

  async startAll(requests: readonly StartRun[]): Promise<void> {
    const runs = requests.map((request) => this.#prepare(request));
    await this.#context.store.transact((session) => {
      for (const run of runs) insertRun(session, run);
    });
  }

  async signal(
    runId: RunId,
    { name, key, payload }: { readonly name: string; readonly key: string; readonly payload: Json },
  ): Promise<void> {
    const payloadText = toJsonText(payload, `The payload of the signal "${name}"`);
    await this.#context.store.transact((session) => storeSignal(session, runId, { name, key, payloadText }));
  }

  async cancel(runId: RunId, reason: string): Promise<void> {
    await this.#context.store.transact((session) => {
      if (findRun(session, runId) === undefined) throw runUnknownError(runId);
      cancelTree(session, runId, reason);
    });
  }

  find(runId: RunId): Promise<RunRecord | undefined> {
    return this.#context.store.inspect((session) => findRun(session, runId));
  }

  history(runId: RunId): Promise<readonly JournalEntry[]> {
    return this.#context.store.inspect((session) => {
      if (findRun(session, runId) === undefined) throw runUnknownError(runId);
      return readHistory(session, runId, this.#context.clock());
    });
  }

  async result(runId: RunId, options: { readonly signal?: AbortSignal } = {}): Promise<Json> {
    if ((await this.find(runId)) === undefined) throw runUnknownError(runId);
    const { status, output = null, error } = await this.#waitForEnd(runId, options.signal);
    if (status === "completed") return output;
    throw error === undefined ? cancelledError(runId, status) : errorFromJson(error);
  }

  work(options: WorkOptions): EngineWorker {
    const worker = new EmbeddedWorker(this.#context, options);
    this.#workers.add(worker);
    return worker;
  }

  releaseWorker(workerId: WorkerId): Promise<readonly RunId[]> {
    return this.#context.store.transact((session) => releaseAll(session, workerId));
  }

  prune(pruning: { readonly of: string; readonly isDryRun: boolean }): Promise<PrunedRuns> {
    return pruneRuns(this.#context.store, pruning);
  }

  /** Stops the workers that were started here, as `stop` without `drain` does; whoever waits for a result gets `ABORTED`. */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await Promise.all([...this.#workers].map((worker) => worker.stop({ drain: false })));
  }

  async #waitForEnd(runId: RunId, signal: AbortSignal | undefined): Promise<RunRecord> {
    const { signal: closing } = this.#closing;
    try {
      return await this.#ends.wait(runId, signal === undefined ? closing : AbortSignal.any([signal, closing]));
    } catch (thrown) {
      if (signal?.aborted !== true || TuttiError.is(thrown)) throw thrown;
      throw new TuttiError("ABORTED", `Nobody waits any more for the run ${runId}`, { cause: thrown });
    }
  }

  #prepare({ input, ...request }: StartRun): NewRun {
    if (!this.#workflows.has(request.workflow)) throw workflowUnknownError(request.workflow);
    refuseBadPriority(request.priority);
    return { ...request, inputText: toJsonText(input, `The input of ${request.runId}`) };
  }
}

function refuseBadPriority(priority: number | undefined): void {
  if (priority === undefined || (Number.isInteger(priority) && priority >= 1 && priority <= 10)) return;
  throw new TuttiError("INPUT_INVALID", `The priority ${priority} isn't an integer from 1 to 10`);
}
