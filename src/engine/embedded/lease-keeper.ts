import { type Claim, renew } from "./claims.ts";
import type { EngineContext } from "./engine-context.ts";
import { leaseLostError } from "./engine-errors.ts";
import type { Execution } from "./execution.ts";

/**
 * Renews the leases of a worker's runs at a third of their length. A run whose lease is gone, or would expire before the
 * next renewal, is aborted: this worker stops its own agents before another one may start them.
 */
export class LeaseKeeper {
  readonly #context: EngineContext;
  readonly #executions: ReadonlySet<Execution>;
  readonly #leaseMs: number;
  readonly #timer: NodeJS.Timeout;
  #isRenewing = false;

  constructor(context: EngineContext, executions: ReadonlySet<Execution>, leaseMs: number) {
    this.#context = context;
    this.#executions = executions;
    this.#leaseMs = leaseMs;
    this.#timer = setInterval(() => void this.#beat(), leaseMs / 3);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (!this.#isRenewing) await this.#renewAll();
    const endangered = this.#context.clock() + this.#leaseMs / 3;
    for (const execution of this.#executions) if (execution.leaseUntil <= endangered) lose(execution);
  }

  async #renewAll(): Promise<void> {
    if (this.#executions.size === 0) return;
    this.#isRenewing = true;
    try {
      await this.#renewNow([...this.#executions]);
    } catch (thrown) {
      this.#context.logger.warn({ error: String(thrown) }, "leases could not be renewed");
    } finally {
      this.#isRenewing = false;
    }
  }

  async #renewNow(executions: readonly Execution[]): Promise<void> {
    const leaseUntil = this.#context.clock() + this.#leaseMs;
    const held = await this.#context.store.transact((session) =>
      executions.filter(({ claim }) => renew(session, claim, leaseUntil)),
    );
    for (const execution of held) execution.leaseUntil = leaseUntil;
    for (const execution of executions) if (!held.includes(execution)) lose(execution);
  }
}

function lose(execution: Execution): void {
  const { runId, token }: Claim = execution.claim;
  execution.interrupt(leaseLostError(runId, token));
}
