import type { Workflow } from "../../engine/port.ts";
import type { Job } from "../../domain/model.ts";
import { hasCommonCause } from "../coordinator/common-cause.ts";
import { hasDisk, isWithinCeiling } from "./governor.ts";
import { defaultAccount, type Services } from "../services.ts";
import { isBudgetSpent } from "../budget/spending.ts";
import type { TaskInput, TaskOutput } from "../attempt/task-workflow.ts";

/** How long a look at the disk holds. */
const diskMs = 1_000;

export type Permitting = Pick<Services, "state" | "place" | "folders" | "projectBudget" | "workerId" | "now">;

/** Whether a worker may begin another task of a job: what was queued before something was held back is held back too. */
export class DispatchPermit {
  readonly #services: Permitting;
  readonly #job: Job;
  #disk = { hasRoom: true, lookedAt: Number.NEGATIVE_INFINITY };

  constructor(services: Permitting, job: Job) {
    this.#services = services;
    this.#job = job;
  }

  async isGiven(): Promise<boolean> {
    const { state } = this.#services;
    if (await state.pauses.isPaused(defaultAccount)) return false;
    if ((await state.holds.circuit(this.#job.id)).isOpen) return false;
    if (await isBudgetSpent(this.#services, this.#job)) return false;
    return (await this.#hasDisk()) && isWithinCeiling(this.#services, this.#job);
  }

  /** For a worker that has just failed: it is not to take up more before the coordinator sees it too. */
  async noteFailure(): Promise<void> {
    await hasCommonCause(this.#services.state, this.#job.id);
  }

  async #hasDisk(): Promise<boolean> {
    const now = this.#services.now();
    if (Math.abs(now - this.#disk.lookedAt) >= diskMs) {
      this.#disk = { hasRoom: await hasDisk(this.#services, this.#job), lookedAt: now };
    }
    return this.#disk.hasRoom;
  }
}

type TaskWorkflow = Workflow<TaskInput, TaskOutput>;

type BeforeNext = { readonly onFailure: () => Promise<void>; readonly look: () => Promise<void> };

/** The same workflow, that says of a failed task, and looks what holds work back, before its worker can take up the next one. */
export const lookingBeforeNext = (workflow: TaskWorkflow, { onFailure, look }: BeforeNext): TaskWorkflow => ({
  ...workflow,
  run: async (flow, input) => {
    try {
      const output = await workflow.run(flow, input);
      if (output.action === "fail") await onFailure();
      return output;
    } finally {
      await look();
    }
  },
});
