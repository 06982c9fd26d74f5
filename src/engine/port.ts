import type { ErrorJson } from "../domain/errors.ts";
import type { RunId, WorkerId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import type { AskedCall, RecordedCall } from "../domain/workflow/replay-report.ts";

/**
 * A run is a function whose steps are journaled. After a crash the function runs again from its start and every recorded
 * step gives back its recorded result: execution is at-least-once, recording exactly-once and fenced.
 */
export interface Engine {
  /**
   * Makes a workflow known to this process. Both the starter and the worker of a run must have registered it: a start fails
   * without, a worker leaves the run to others.
   */
  register<Input extends Json, Output extends Json>(workflow: Workflow<Input, Output>): void;
  /** Idempotent by `runId`: a second start with the same id returns the run that exists, whatever its input. */
  start(request: StartRun): Promise<{ readonly runId: RunId; readonly isNew: boolean }>;
  /** Starts many in one transaction; same rules as `start`. */
  startAll(requests: readonly StartRun[]): Promise<void>;
  /**
   * Stored even before anyone waits for it; the first write of a (run, name, key) wins.
   * @throws {TuttiError} `ENGINE_RUN_UNKNOWN`
   */
  signal(runId: RunId, signal: { readonly name: string; readonly key: string; readonly payload: Json }): Promise<void>;
  /**
   * Asks a run and its descendants to stop: queued and waiting ones end at once, running ones see `flow.signal` abort.
   * A run that hasn't ended when this resolves never completes.
   * @throws {TuttiError} `ENGINE_RUN_UNKNOWN`
   */
  cancel(runId: RunId, reason: string): Promise<void>;
  find(runId: RunId): Promise<RunRecord | undefined>;
  /**
   * The journal of a run, in the order in which its calls were recorded.
   * @throws {TuttiError} `ENGINE_RUN_UNKNOWN`
   */
  history(runId: RunId): Promise<readonly JournalEntry[]>;
  /**
   * Waits for the end of a run and returns its output.
   * @throws {TuttiError} `ENGINE_RUN_UNKNOWN`, `ENGINE_RUN_CANCELLED`, `ABORTED`, or the error that the run failed with
   */
  result(runId: RunId, options?: { readonly signal?: AbortSignal }): Promise<Json>;
  /** Starts to claim runs. Several workers may live in one process and in many. */
  work(options: WorkOptions): EngineWorker;
  /** Releases every lease of a worker that is known to be dead, without waiting for the leases to expire. */
  releaseWorker(workerId: WorkerId): Promise<readonly RunId[]>;
  /**
   * Removes runs of a family that have ended, with their journals and signals: those whose ids are `of` with a `#` or a `/` and more
   * behind it. What is needed for a run that has not ended stays. Not for runs that anybody may still start again.
   */
  prune(pruning: { readonly of: string; readonly isDryRun: boolean }): Promise<PrunedRuns>;
  close(): Promise<void>;
}

export type PrunedRuns = {
  readonly runs: number;
  /** Recorded calls and signals. */
  readonly records: number;
  /** What they say; the indexes over them come on top. */
  readonly bytes: number;
};

export type StartRun = {
  readonly runId: RunId;
  readonly workflow: string;
  readonly input: Json;
  readonly queue: string;
  /** 1 to 10, larger first; ties by age. Default 5. */
  readonly priority?: number;
  readonly parentId?: RunId;
};

export type RunStatus = "queued" | "running" | "waiting" | "completed" | "failed" | "cancelled";

export type RunRecord = {
  readonly runId: RunId;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: ErrorJson;
  /** How often a worker has claimed it. */
  readonly claims: number;
  readonly workerId?: WorkerId;
};

/** A recorded call of a flow. `all` leaves no record of its own: what its branches recorded stands in their scopes. */
export type JournalEntry = RecordedCall & {
  /** `open`: asked for, and not over yet. */
  readonly state: "open" | "done" | "failed";
  /** What it gave; absent for a sleep and for a `receive` that timed out. Of a race its `RaceResult`. */
  readonly value?: Json;
  /** What it threw. */
  readonly error?: ErrorJson;
  /** Of an open sleep, and of an open `receive` with a timeout: when its time is up, in milliseconds since the Unix epoch. */
  readonly dueAt?: number;
};

export type WorkOptions = {
  readonly workerId: WorkerId;
  readonly queues: readonly string[];
  /** Runs at once. */
  readonly concurrency: number;
  /** A lease that isn't renewed for so long is another worker's to take. Renewed at a third of it. Default 30,000. */
  readonly leaseMs?: number;
  /** Asked before each claim; `false` leaves the queue alone until the next change. Default always. */
  readonly mayClaim?: () => boolean;
};

export interface EngineWorker {
  /** Runs that this worker executes now. */
  readonly active: ReadonlySet<RunId>;
  /**
   * Stops claiming. `drain` waits for the active runs; otherwise they are aborted, and their leases released as soon as their
   * steps have ended, so that another worker goes on from the last recorded step.
   */
  stop(options: { readonly drain: boolean }): Promise<void>;
}

export type Workflow<Input extends Json = Json, Output extends Json = Json> = {
  readonly name: string;
  /**
   * Changes when the order or meaning of steps changes. A run is pinned to the version under which its first step was
   * recorded, and fails with `ENGINE_WORKFLOW_CHANGED` under another.
   */
  readonly version: string;
  readonly run: (flow: Flow, input: Input) => Promise<Output>;
  /** What its author calls a call of the flow, for messages about its misuse. Default: kind and name. */
  readonly labelOf?: (call: Pick<AskedCall, "kind" | "name">) => string;
};

/**
 * What a workflow's body may await. It awaits nothing else.
 *
 * Calls on one flow go one after the other, each awaited before the next; what runs at once is a branch of `all` or `race`, with
 * a flow of its own. Anything else fails the run with `ENGINE_FLOW_MISUSED`. A call rejects with `signal.reason` once that aborted.
 */
export interface Flow {
  readonly runId: RunId;
  /** Grows with every claim of this run: the fencing token. */
  readonly token: number;
  /** Aborts when the run is cancelled, its lease is lost or the worker stops. `signal.reason` is a `TuttiError`. */
  readonly signal: AbortSignal;
  /**
   * A named side effect whose result is recorded once. A failure is recorded too and thrown again on replay, except when
   * the step was aborted: then it runs again.
   */
  step<T extends Json>(name: string, effect: (step: StepContext) => Promise<T>): Promise<T>;
  /**
   * Runs branches at once; each has a journal scope of its own, so that no key depends on who finished first. When branches
   * fail the others still end, then the first failure in the order of the list is thrown.
   */
  all<T>(
    branches: readonly ((flow: Flow) => Promise<T>)[],
    options?: { readonly concurrency?: number },
  ): Promise<readonly T[]>;
  /**
   * Runs branches at once, each in a journal scope of its own as those of `all`, until one succeeds: its value is recorded. The steps,
   * waits and children of the others are aborted with `ENGINE_RACE_LOST`, waited for, and not recorded any more. When all fail, the first
   * failure in the order of the list is recorded and thrown. A recorded race runs no branch again.
   * @throws {TuttiError} `INPUT_INVALID` without a branch
   */
  race<T extends Json>(
    branches: readonly ((flow: Flow) => Promise<T>)[],
    options?: { readonly concurrency?: number },
  ): Promise<RaceResult<T>>;
  /** Starts a child run once and waits for its output; throws the error that it failed with or was cancelled by. */
  call<Output extends Json>(request: CallRun): Promise<Output>;
  /** A durable timer: the time that has passed while nothing ran counts. */
  sleep(durationMs: number): Promise<void>;
  /**
   * The oldest payload of this name that no `receive` of the run has taken yet; `undefined` after `timeoutMs`. Waiting holds no
   * worker for longer than a moment.
   */
  receive(name: string, options?: { readonly timeoutMs?: number }): Promise<Json | undefined>;
  /** Milliseconds since the Unix epoch, recorded. */
  now(): Promise<number>;
  /** In [0, 1), recorded. */
  random(): Promise<number>;
  uuid(): Promise<string>;
}

/** `index`: whose value it is, in the order of the list. */
export type RaceResult<T> = { readonly index: number; readonly value: T };

export type StepContext = {
  /** Aborts as that of the flow does, and when the branch lost a race. */
  readonly signal: AbortSignal;
  readonly token: number;
  /** `<run>/<scope>/<step>#<n>`: stable over replays, an idempotency key for the outside world. */
  readonly key: string;
  /** The body is `main`; branch `b` of the `all` or `race` that was call `p` of a scope is `<scope>.<p>.<b>`. */
  readonly scope: string;
  /** The how-manieth call of its scope, from 0. */
  readonly position: number;
};

export type CallRun = {
  /** Unique within the parent; the child's id is `<parent>/<key>`. */
  readonly key: string;
  readonly workflow: string;
  readonly input: Json;
  /** Default: the parent's queue. */
  readonly queue?: string;
  /** Default: the parent's. */
  readonly priority?: number;
};
