import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { Job } from "../../domain/model.ts";
import type { WorkflowForecast, WorkflowWalk } from "../../domain/workflow/forecast.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { WorkflowRecording } from "../../domain/workflow/recording.ts";
import { traceWorkflow, type WorkflowTrace } from "../../domain/workflow/trace.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { ListedWorkflow, LoadedWorkflow, NamedAgent } from "../../workflow/source.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";
import { replayRun, type ReplayedRun } from "./replay-run.ts";
import { recordRun } from "./record-run.ts";
import { forecastOf } from "./forecast-workflow.ts";
import { checkNamedAgents } from "./check-named-agents.ts";
import { loadWorkflow } from "./take-up-workflow.ts";
import { wakeTime } from "./wakes-at.ts";

export type WorkflowSignal = {
  readonly name: string;
  /** The first of a name and key counts. */
  readonly key: string;
  readonly payload: Json;
};

export type ReplayRequest = {
  /** Other code than what it was started with. */
  readonly ref?: string | undefined;
  /** Default: the last. */
  readonly number?: number | undefined;
};

/** What a face may ask about workflows and their runs. */
export class WorkflowRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** When a job's workflow goes on by itself, in milliseconds since the Unix epoch. */
  async wakesAt(jobId: JobId): Promise<number | undefined> {
    const run = await this.#services.state.workflowRuns.current(jobId);
    return run?.status === "running" ? wakeTime(this.#services, run) : undefined;
  }

  async list(): Promise<readonly ListedWorkflow[]> {
    return (await this.#services.workflows?.list()) ?? [];
  }

  /** @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` */
  load(ref: string): Promise<LoadedWorkflow> {
    return loadWorkflow(this.#services, ref);
  }

  /** The newest body of a job's workflow. @throws {TuttiError} `INPUT_INVALID` for a job without one */
  async run(job: Job): Promise<WorkflowRun> {
    const run = await this.find(job.id);
    if (run !== undefined) return run;
    throw new TuttiError("INPUT_INVALID", `Job ${job.id} is no workflow's`, {
      hint: "List the workflows' jobs: tutti job list",
      context: { job: job.id },
    });
  }

  /**
   * Refuses agents that nobody has, before anything is started for them.
   * @throws {TuttiError} `WORKFLOW_INVALID` naming file, line and profile
   */
  checkAgents(settings: Pick<JobSettings, "agents">, named: readonly NamedAgent[]): Promise<void> {
    return checkNamedAgents(this.#services, settings, named);
  }

  find(jobId: JobId): Promise<WorkflowRun | undefined> {
    return this.#services.state.workflowRuns.current(jobId);
  }

  /** All bodies of a job, the oldest first. */
  runs(jobId: JobId): Promise<readonly WorkflowRun[]> {
    return this.#services.state.workflowRuns.list(jobId);
  }

  /** What a workflow that was walked through would take with these settings. */
  forecast(walk: WorkflowWalk, settings: JobSettings): Promise<WorkflowForecast> {
    return forecastOf(this.#services, walk, settings);
  }

  /** What was said to the newest body of a job's workflow, for a test. @throws {TuttiError} `INPUT_INVALID` */
  async record(job: Job): Promise<WorkflowRecording> {
    return recordRun(this.#services, await this.run(job));
  }

  /** What is known of the calls of a job's newest body; `undefined` before it has begun. */
  async trace(jobId: JobId): Promise<WorkflowTrace | undefined> {
    const { events } = this.#services.state;
    let trace: WorkflowTrace | undefined;
    for (let after = 0; ;) {
      const page = await events.read({ jobId, after });
      const last = page.at(-1);
      if (last === undefined) return trace;
      for (const event of page) trace = traceWorkflow(trace, event);
      after = last.seq;
    }
  }

  /**
   * Goes through what is recorded of a job's workflow with the code as it is now.
   * @throws {TuttiError} `INPUT_INVALID`, `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`
   */
  async replay(job: Job, { ref, number }: ReplayRequest = {}): Promise<ReplayedRun> {
    const last = await this.run(job);
    const run = number === undefined ? last : (await this.runs(job.id)).find((known) => known.number === number);
    if (run !== undefined) return replayRun(this.#services, run, ref ?? run.ref);
    throw new TuttiError("INPUT_INVALID", `The workflow of job ${job.id} has no run ${number}`, {
      hint: `Its last is ${last.number}`,
      context: { job: job.id },
    });
  }

  /**
   * Sends a payload to whoever receives it in a job's workflow, now or later.
   * @throws {TuttiError} `INPUT_INVALID` for a job without a workflow, or whose workflow has ended
   */
  async signal(job: Job, { name, key, payload }: WorkflowSignal): Promise<void> {
    const run = await this.run(job);
    const runId = workflowRunId(job.id, run.number);
    if (run.status === "running" && (await this.#services.engine.find(runId)) !== undefined) {
      return this.#services.engine.signal(runId, { name, key, payload: this.#services.redactJson(payload) });
    }
    const isToBegin = run.status === "running";
    const standing = isToBegin ? "has not begun" : `is ${run.status}`;
    throw new TuttiError("INPUT_INVALID", `The workflow of job ${job.id} ${standing}: nobody receives signals`, {
      hint: isToBegin ? `Carry it out: tutti resume ${job.id}` : `See it: tutti job show ${job.id}`,
      context: { job: job.id },
    });
  }
}
