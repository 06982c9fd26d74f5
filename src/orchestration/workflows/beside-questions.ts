import type { Services } from "../services.ts";
import type { WorkflowBody } from "./workflow-body.ts";

/** A wait for a timer of a workflow, while a question is open and nothing else goes on. */
export type TimerWait = {
  /** One that takes longer is left to a later drive. In milliseconds. */
  readonly maxWaitMs: number;
  /** Told once for each time, in milliseconds since the Unix epoch. */
  readonly onWait: (at: number) => void;
};

/** In which a body whose time has come goes on. */
const wakesWithinMs = 5_000;

/** Whether a job is driven on though only persons could have it go on: its workflow sleeps, and will wake. */
export class BesideQuestions {
  readonly #services: Pick<Services, "now">;
  readonly #body: Pick<WorkflowBody, "wakesAt"> | undefined;
  readonly #wait: TimerWait | undefined;
  #awaited: number | undefined;

  constructor(services: Pick<Services, "now">, body: Pick<WorkflowBody, "wakesAt"> | undefined, wait?: TimerWait) {
    this.#services = services;
    this.#body = body;
    this.#wait = wait;
  }

  async goesOn(): Promise<boolean> {
    if (this.#wait === undefined) return false;
    const { maxWaitMs, onWait } = this.#wait;
    const at = (await this.#body?.wakesAt()) ?? this.#awaited;
    if (at === undefined) return false;
    const leftMs = at - this.#services.now();
    if (leftMs > maxWaitMs || leftMs < -wakesWithinMs) return false;
    if (at !== this.#awaited) onWait(at);
    this.#awaited = at;
    return true;
  }
}
