import { errorToJson, TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { EngineWorker, RunRecord } from "../../engine/port.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import { engineWorkflow } from "../../workflow/engine-workflow.ts";
import type { JobDesk } from "../desk.ts";
import { workflowQueue, workflowRunId } from "../queues.ts";
import { handAnswersOn } from "./ask-person.ts";
import { JobHost } from "./job-host.ts";
import { letGoOfOldTasks } from "./let-go-of-old-tasks.ts";
import { loadWorkflow } from "./take-up-workflow.ts";
import { wakeTime } from "./wakes-at.ts";

/**
 * - `working` it does something, or will in a moment
 * - `asks` it waits for a person's answer to a question of its own
 * - `idle` it waits: for tasks, a time or a signal
 * - `ended` it has come to its end, or there is none
 */
export type BodyStanding = "working" | "asks" | "idle" | "ended";

/** What looks like waiting for a shorter time may be the moment between two calls. */
const idleAfterMs = 300;

/** No call of a flow that is under way is as quiet for so long, unless the whole process was: then the next look sees it go on. */
const hungAfterMs = 30_000;
const hungLooks = 5;

const hung = ({ name }: WorkflowRun): ErrorJson =>
  errorToJson(
    new TuttiError(
      "WORKFLOW_NOT_DETERMINISTIC",
      `The body of workflow ${name} waits for something that is no call of its flow, and did not go on`,
      {
        failureClass: "bug",
        hint: "Put what it waits for into a step: await flow.step(name, async () => …)",
        context: { workflow: name },
      },
    ),
  );

/** The body of a job's workflow, while this process carries it out beside the job's tasks. */
export class WorkflowBody {
  readonly #desk: JobDesk;
  readonly #run: WorkflowRun;
  readonly #host: JobHost;
  readonly #worker: EngineWorker;
  /** How often in a row it looked as if it had hung. */
  #looks = 0;
  #hasLetGo: boolean;

  private constructor(desk: JobDesk, run: WorkflowRun, host: JobHost) {
    const { engine, workerId } = desk.services;
    this.#desk = desk;
    this.#run = run;
    this.#host = host;
    this.#hasLetGo = run.number === 1;
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
    if (!(await this.#isQuiet(found))) return "working";
    if (await this.#hasHung(found)) return "ended";
    const asked = await state.workflowRuns.questions(this.#run);
    return asked.some(({ breakpoint }) => breakpoint.status === "open") ? "asks" : "idle";
  }

  /**
   * Of a body that was begun anew, once it has come to where it waits: what it has not asked for by then is nobody's.
   * @returns whether that is done: before, an agent that nobody wants any more could go on
   */
  async letGoOfOldTasks(): Promise<boolean> {
    if (this.#hasLetGo) return true;
    const { engine } = this.#desk.services;
    const found = await engine.find(workflowRunId(this.#desk.job.id, this.#run.number));
    if (found === undefined || !(await this.#isQuiet(found)) || !this.#isWaiting(found)) return false;
    await letGoOfOldTasks(this.#desk.services, this.#run, this.#host.asked);
    this.#hasLetGo = true;
    return true;
  }

  #isWaiting({ status }: RunRecord): boolean {
    return status !== "running" || this.#host.isWaitingForTasks;
  }

  /** When it goes on by itself. */
  wakesAt(): Promise<number | undefined> {
    return wakeTime(this.#desk.services, this.#run);
  }

  async #isQuiet({ runId, status }: RunRecord): Promise<boolean> {
    // One that runs elsewhere was killed there, and is this worker's as soon as its lease is over.
    const isElsewhere = status === "running" && !this.#worker.active.has(runId);
    if (status === "queued" || isElsewhere) return false;
    return this.#host.quietMs() > idleAfterMs && !(await this.#host.hasNews());
  }

  /** A body that only waits for calls of its flow is put aside; one that is not, and does nothing, waits for something else: it fails. */
  async #hasHung(found: RunRecord): Promise<boolean> {
    this.#looks = !this.#isWaiting(found) && this.#host.quietMs() > hungAfterMs ? this.#looks + 1 : 0;
    if (this.#looks < hungLooks) return false;
    const { engine, state } = this.#desk.services;
    await state.workflowRuns.end(this.#desk.job.id, this.#run.number, { status: "failed", error: hung(this.#run) });
    await engine.cancel(found.runId, "its body waits for something that is no call of its flow");
    return true;
  }

  /** Leaves it where it stands; whoever carries the job out next goes on with it. */
  stop(): Promise<void> {
    return this.#worker.stop({ drain: false });
  }
}
