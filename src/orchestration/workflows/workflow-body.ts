import type { EngineWorker } from "../../engine/port.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import { engineWorkflow } from "../../workflow/engine-workflow.ts";
import type { JobDesk } from "../desk.ts";
import { workflowQueue, workflowRunId } from "../queues.ts";
import { handAnswersOn } from "./ask-person.ts";
import { JobHost } from "./job-host.ts";
import { loadWorkflow } from "./take-up-workflow.ts";

/**
 * - `working` it does something, or will in a moment
 * - `asks` it waits for a person's answer to a question of its own
 * - `idle` it waits: for tasks, a time or a signal
 * - `ended` it has come to its end, or there is none
 */
export type BodyStanding = "working" | "asks" | "idle" | "ended";

/** What looks like waiting for a shorter time may be the moment between two calls. */
const idleAfterMs = 300;

/** The body of a job's workflow, while this process carries it out beside the job's tasks. */
export class WorkflowBody {
  readonly #desk: JobDesk;
  readonly #run: WorkflowRun;
  readonly #host: JobHost;
  readonly #worker: EngineWorker;

  private constructor(desk: JobDesk, run: WorkflowRun, host: JobHost) {
    const { engine, workerId } = desk.services;
    this.#desk = desk;
    this.#run = run;
    this.#host = host;
    this.#worker = engine.work({
      workerId,
      queues: [workflowQueue(desk.job.id)],
      concurrency: 1,
      leaseMs: desk.job.options.leaseMs,
    });
  }

  /** Goes on with the body from its last recorded call. `undefined` when it has come to its end. */
  static async open(desk: JobDesk): Promise<WorkflowBody | undefined> {
    const { state, engine } = desk.services;
    const run = await state.workflowRuns.current(desk.job.id);
    if (run?.status !== "running") return undefined;
    const { definition, version } = await loadWorkflow(desk.services, run.ref);
    const host = new JobHost(desk, run);
    const runId = workflowRunId(desk.job.id, run.number);
    engine.register(engineWorkflow(definition, { host, name: runId, version }));
    await engine.start({ runId, workflow: runId, input: run.input, queue: workflowQueue(desk.job.id) });
    await handAnswersOn(desk.services, run);
    return new WorkflowBody(desk, run, host);
  }

  async standing(): Promise<BodyStanding> {
    const { engine, state } = this.#desk.services;
    const found = await engine.find(workflowRunId(this.#desk.job.id, this.#run.number));
    if (found === undefined || ["completed", "failed", "cancelled"].includes(found.status)) return "ended";
    const isQuiet = found.status !== "queued" && this.#host.quietMs() > idleAfterMs;
    if (!isQuiet) return "working";
    const asked = await state.workflowRuns.questions(this.#run);
    return asked.some(({ breakpoint }) => breakpoint.status === "open") ? "asks" : "idle";
  }

  /** Leaves it where it stands; whoever carries the job out next goes on with it. */
  stop(): Promise<void> {
    return this.#worker.stop({ drain: false });
  }
}
