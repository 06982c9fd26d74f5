import { turnTooDear } from "../domain/budget/budget.ts";
import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { AgentFailure, AgentTurn, PermissionRequest } from "./port.ts";

/** Below this share of one core a process counts as idle: a `claude` that waits uses about 0.005 of it. */
const idleShare = 0.02;
const ticksPerSecond = 100;
const fewestTicks = 3;

export type Guarded = {
  /** Asks the agent to end its turn. */
  readonly interrupt: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** CPU time of the agent and of all that it started, in clock ticks. */
  readonly cpuTicks: () => Promise<number>;
  /** How long an interrupted turn may take to end before its process is killed. */
  readonly interruptGraceMs: number;
};

export const failureOf = (error: TuttiError): AgentFailure => ({ error: errorToJson(error) });

/** A caller that names the used-up budget as its reason gets that: unlike a wish to stop, it undoes no turn that is done. */
const aborted = ({ reason }: AbortSignal): TuttiError =>
  reason instanceof TuttiError && reason.code === "BUDGET_EXCEEDED"
    ? reason
    : new TuttiError("ABORTED", "The turn was interrupted.", { failureClass: "killed" });

export const askedText = "Stopped here: a person is asked whether this may be done.";

/** Only a person can say; the turn ends, so that nothing waits for the answer. */
export const permissionRequired = ({ tool, input }: PermissionRequest, context: JsonObject = {}): AgentFailure =>
  failureOf(
    new TuttiError("PERMISSION_REQUIRED", `The agent wants to use ${tool}, and only a person can allow it.`, {
      context: { ...context, tool, input },
    }),
  );

const timedOut = (ms: number) =>
  new TuttiError("AGENT_TIMED_OUT", `The turn took longer than its limit of ${ms} ms.`, {
    failureClass: "recoverable",
  });

const stalled = (ms: number) =>
  new TuttiError("AGENT_STALLED", `The agent and its commands did nothing for ${ms} ms.`, { failureClass: "stuck" });

/** Keeps one turn within its limits: the first one that is reached interrupts it, and kills what doesn't obey. */
export class TurnGuard {
  readonly #agent: Guarded;
  readonly #turn: AgentTurn;
  readonly #timers = new Set<NodeJS.Timeout>();
  #lastLife = performance.now();
  #isOver = false;
  /** Whether the agent has taken up the prompt: what it has not taken up would survive an interrupt. */
  hasBegun = false;
  /** Why the turn was stopped by us. */
  stopped: AgentFailure | undefined;

  constructor(agent: Guarded, turn: AgentTurn) {
    this.#agent = agent;
    this.#turn = turn;
  }

  start(): void {
    const { signal, timeoutMs, stallTimeoutMs } = this.#turn;
    signal.addEventListener("abort", this.#onAbort);
    if (signal.aborted) this.stopped = failureOf(aborted(signal));
    this.#after(timeoutMs, () => this.stop(failureOf(timedOut(timeoutMs))));
    this.#turn.lifeSigns?.(() => this.sawLife());
    this.#watchStall(Math.min(10_000, Math.max(50, stallTimeoutMs / 4)));
  }

  sawLife(): void {
    this.#lastLife = performance.now();
  }

  /** @param usd - what this turn has cost so far */
  checkCost(usd: number): void {
    const { maxCostUsd } = this.#turn;
    if (maxCostUsd !== undefined && usd > maxCostUsd) this.stop(failureOf(turnTooDear(usd, maxCostUsd)));
  }

  stop(failure: AgentFailure): void {
    if (this.stopped !== undefined || this.#isOver) return;
    this.stopped = failure;
    void this.#interrupt();
  }

  end(): void {
    this.#isOver = true;
    this.#turn.signal.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  readonly #onAbort = (): void => this.stop(failureOf(aborted(this.#turn.signal)));

  async #interrupt(): Promise<void> {
    if (!this.hasBegun) return this.#agent.kill();
    this.#after(this.#agent.interruptGraceMs, () => void this.#agent.kill());
    await this.#agent.interrupt().catch(() => this.#agent.kill());
  }

  #watchStall(intervalMs: number): void {
    const { stallTimeoutMs } = this.#turn;
    let ticksBefore: number | undefined;
    const look = async (): Promise<void> => {
      const quietMs = performance.now() - this.#lastLife;
      const ticks = quietMs < intervalMs ? undefined : await this.#agent.cpuTicks();
      if (this.#isBusy(ticks, ticksBefore, intervalMs)) this.sawLife();
      else if (quietMs >= stallTimeoutMs) this.stop(failureOf(stalled(stallTimeoutMs)));
      ticksBefore = ticks;
      if (!this.#isOver) this.#after(intervalMs, () => void look());
    };
    this.#after(intervalMs, () => void look());
  }

  #isBusy(ticks: number | undefined, before: number | undefined, intervalMs: number): boolean {
    if (ticks === undefined || before === undefined) return false;
    return Math.abs(ticks - before) > Math.max(fewestTicks, (intervalMs / 1000) * idleShare * ticksPerSecond);
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
