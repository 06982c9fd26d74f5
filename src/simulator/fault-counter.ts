import type { Scenario, ScenarioFault } from "./scenario-schema.ts";

/** What goes wrong and how often it already has. */
export class FaultCounter {
  readonly #happened = new Map<string, number>();
  readonly #quota: Scenario["quota"];
  #answered = 0;
  #resetAtMs: number | undefined;

  constructor(quota: Scenario["quota"]) {
    this.#quota = quota;
  }

  /**
   * The fault that is due for a model turn, counted as happened.
   * @param key - which fault and whom it happens to
   */
  take(key: string, fault: ScenarioFault | undefined, nowMs: number): ScenarioFault | undefined {
    const due = this.#usedUp(nowMs) ?? this.#due(key, fault);
    if (due === undefined) this.#answered += 1;
    return due;
  }

  #due(key: string, fault: ScenarioFault | undefined): ScenarioFault | undefined {
    if (fault === undefined) return undefined;
    const happened = this.#happened.get(key) ?? 0;
    if (fault.times !== "always" && happened >= fault.times) return undefined;
    this.#happened.set(key, happened + 1);
    return fault;
  }

  #usedUp(nowMs: number): ScenarioFault | undefined {
    const quota = this.#quota;
    if (quota === undefined || this.#answered < quota.turns) return undefined;
    this.#resetAtMs ??= nowMs + quota.resetAfterSeconds * 1000;
    if (nowMs >= this.#resetAtMs) return undefined;
    return { status: 429, midStream: false, times: "always", resetAt: new Date(this.#resetAtMs).toISOString() };
  }
}
