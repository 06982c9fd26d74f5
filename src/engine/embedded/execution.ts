import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../../domain/errors.ts";
import { type Claim, releaseOne } from "./claims.ts";
import { cancelTree, finish, type RunOutcome } from "./endings.ts";
import type { EngineContext, RegisteredWorkflow } from "./engine-context.ts";
import { workflowChangedError } from "./engine-errors.ts";
import { loadJournal } from "./journal.ts";
import { toJsonText } from "./json-text.ts";
import { rootScope } from "./replay.ts";
import { RunHost } from "./run-host.ts";
import { ScopedFlow } from "./scoped-flow.ts";
import { Strand } from "./strand.ts";

export type ExecutionOptions = {
  readonly context: EngineContext;
  readonly claim: Claim;
  readonly workflow: RegisteredWorkflow;
  readonly leaseUntil: number;
  readonly hasFreeSlot: () => boolean;
};

const leaveBehindAfterMs = 1_000;

/**
 * One claimed run in memory, from the claim until it ended, was suspended, or was given back. What recorded steps gave
 * comes from the journal, so that the body gets to where the last execution stopped.
 */
export class Execution {
  readonly claim: Claim;
  /** Milliseconds since the epoch, as last renewed. */
  leaseUntil: number;
  readonly #context: EngineContext;
  readonly #workflow: RegisteredWorkflow;
  readonly #host: RunHost;

  constructor({ context, claim, workflow, leaseUntil, hasFreeSlot }: ExecutionOptions) {
    this.#context = context;
    this.claim = claim;
    this.leaseUntil = leaseUntil;
    this.#workflow = workflow;
    this.#host = new RunHost(context, claim, hasFreeSlot);
  }

  /** Resolves when this worker has nothing to do with the run any more. */
  async run(): Promise<void> {
    if (this.claim.token > 1) await this.#loadJournal();
    const suspended = this.#host.waiting.suspended.then(() => undefined);
    const outcome = await Promise.race([this.#runBody(), suspended, this.#leaveBehind()]);
    if (outcome === undefined) return;
    await this.#host.idle();
    await this.#conclude(outcome);
  }

  /** A body that waits for something else than its calls does not notice that it was interrupted: nobody waits for it. */
  async #leaveBehind(): Promise<RunOutcome> {
    const { signal } = this.#host;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    if (!signal.aborted) await aborted.promise;
    await this.#host.idle();
    await delay(leaveBehindAfterMs, undefined, { ref: false });
    return { status: "failed", error: TuttiError.from(this.#host.noteInterruption()) };
  }

  /** Aborts the run's steps; what it did not record is done again by whoever claims it next. */
  interrupt(reason: TuttiError): void {
    this.#host.interrupt(reason);
  }

  /** Goes on with a run in memory when something it waits for has happened. */
  poll(): Promise<void> {
    return this.#host.waiting.poll();
  }

  /** Gives a waiting run's slot up early when the worker's slots ran out. */
  reconsider(): void {
    this.#host.waiting.reconsider();
  }

  async #loadJournal(): Promise<void> {
    const entries = await this.#context.store.inspect((session) => loadJournal(session, this.claim.runId));
    this.#host.replay(entries);
    if (this.claim.version === this.#workflow.version) return;
    if (entries.length === 0) return this.#pinVersion();
    const change = `it was version ${this.claim.version} when the run began, and is version ${this.#workflow.version} now`;
    this.#host.poison(workflowChangedError(change));
  }

  /** Nothing is recorded yet, so the newer version may have the run. */
  async #pinVersion(): Promise<void> {
    const sql = "UPDATE engine_runs SET version = ? WHERE run_id = ?";
    await this.#host.write((session) => session.run(sql, this.#workflow.version, this.claim.runId));
  }

  async #runBody(): Promise<RunOutcome> {
    const flow = new ScopedFlow(new Strand(this.#host), rootScope);
    try {
      this.#host.refuseIfInterrupted();
      const output = await this.#workflow.run(flow, this.claim.inputText);
      return {
        status: "completed",
        outputText: toJsonText(output, `The output of the workflow ${this.#workflow.name}`),
      };
    } catch (thrown) {
      return { status: "failed", error: TuttiError.from(thrown, "ENGINE_RUN_FAILED") };
    } finally {
      flow.close();
    }
  }

  async #conclude(outcome: RunOutcome): Promise<void> {
    const poison = this.#host.poisoned;
    if (poison === undefined && this.#host.interruption !== undefined) return this.#giveBack();
    await this.#host.write((session) => {
      const error = poison ?? this.#leftoverError();
      if (error === undefined) return finish(session, this.claim, outcome);
      finish(session, this.claim, { status: "failed", error });
      cancelTree(session, this.claim.runId, "the run that called it failed");
    });
  }

  #leftoverError(): TuttiError | undefined {
    try {
      this.#host.refuseLeftover();
      return undefined;
    } catch (thrown) {
      return TuttiError.from(thrown);
    }
  }

  async #giveBack(): Promise<void> {
    await this.#context.store.transact((session) => releaseOne(session, this.claim));
  }
}
