import { z } from "zod";

import type { Project } from "../compose.ts";
import { errorFromJson, TuttiError } from "../domain/errors.ts";
import type { StoredEvent } from "../domain/events.ts";
import type { JobId } from "../domain/ids.ts";
import type { JobStatus } from "../domain/job-status.ts";
import type { Json } from "../domain/json.ts";
import type { AnyWorkflow, WorkflowDefinition } from "../workflow/flow.ts";
import type { Drives } from "./drives.ts";
import { waitForJob, type WaitOptions } from "./wait-for-job.ts";

export type WorkflowRunOptions = WaitOptions & {
  /** The caller's own name for it: asking again with the same key goes on with the same job, or gives what it came to. */
  readonly key?: string;
  /** What the whole job may cost. */
  readonly maxCostUsd?: number;
  /** With a key: takes the code as it is now, also where the last run failed. Agents that finished the same request are not asked again. */
  readonly beginAnew?: boolean;
};

export type WorkflowHandle<Output> = {
  readonly jobId: JobId;
  /** From the first on, each time it is iterated, until the workflow has ended or waiting for it has. */
  readonly events: AsyncIterable<StoredEvent>;
  /**
   * What it comes to. While it waits for a person's answer, so does this.
   * @throws {TuttiError} what it failed with; `ABORTED` when its job was paused, stopped or cancelled; as `waitAndCollect`;
   *   `JOB_BUSY` when it is to be begun anew and another process carries it out
   */
  readonly result: Promise<Output>;
};

/** What running workflows needs of the `Tutti` that was asked. */
export type WorkflowRunner = {
  readonly project: () => Promise<Project>;
  readonly drives: Drives;
  readonly orchestratorId: string;
  readonly watch: (jobId: JobId, signal: AbortSignal) => AsyncIterable<StoredEvent>;
};

export type WorkflowRequest = {
  /** An object, or the name or path of one: paths start at the project's root. */
  readonly workflow: WorkflowDefinition | string;
  readonly input: unknown;
  readonly options: WorkflowRunOptions;
};

/** The workflows that a program runs. */
export class ProgramRuns {
  readonly #runner: WorkflowRunner;
  readonly #known: Map<string, AnyWorkflow>;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  /** @param known - where those that are given as objects are put, by their references */
  constructor(runner: WorkflowRunner, known: Map<string, AnyWorkflow>) {
    this.#runner = runner;
    this.#known = known;
  }

  /** @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `WORKFLOW_INPUT_INVALID`: then there is no job */
  async start(request: WorkflowRequest): Promise<WorkflowHandle<Json>> {
    const { application, jobId } = await this.#create(request);
    const { drives, watch } = this.#runner;
    const over = new AbortController();
    const { signal } = request.options;
    const cut = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    const options = { ...request.options, signal: cut };
    const result = resultOf({ drives, application, jobId, options }).finally(() => over.abort());
    this.#keep(result);
    const events = { [Symbol.asyncIterator]: () => watch(jobId, over.signal)[Symbol.asyncIterator]() };
    return { jobId, events, result };
  }

  /** Nobody waits any more; what is carried out is for whoever stops the drives. */
  async stop(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#pending);
  }

  async #create({ workflow, input, options: { key, maxCostUsd } }: WorkflowRequest) {
    const [{ jobSettings }, { programReference }] = await Promise.all([
      import("../compose.ts"),
      import("../compose/workflows/program-reference.ts"),
    ]);
    const ref = typeof workflow === "string" ? workflow : programReference(workflow);
    if (typeof workflow !== "string") this.#known.set(ref, workflow);
    const project = await this.#runner.project();
    const settings = await jobSettings(project);
    const { id: jobId } = await project.application.createWorkflowJob({
      ref,
      input: jsonOf(input),
      settings: maxCostUsd === undefined ? settings : { ...settings, maxCostUsdPerJob: maxCostUsd },
      orchestratorId: this.#runner.orchestratorId,
      ...(key === undefined ? {} : { dispatchKey: key }),
    });
    return { application: project.application, jobId };
  }

  /** Whoever awaits it is told; nobody has to. */
  #keep(result: Promise<unknown>): void {
    const settled = result.catch(() => undefined).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }
}

/** As it is stored: without what JSON can't say. */
const jsonOf = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value ?? null)));

type Awaited = Pick<WorkflowRunner, "drives"> & {
  readonly application: Project["application"];
  readonly jobId: JobId;
  readonly options: WorkflowRunOptions;
};

async function resultOf(awaited: Awaited): Promise<Json> {
  const { application, drives, jobId, options } = awaited;
  if (options.beginAnew === true) await beginAnew(awaited);
  const left = timeLeft(options);
  for (;;) {
    const status = await waitForJob({ application, drives, jobId, options: { ...options, ...left() } });
    const run = await application.workflows.find(jobId);
    if (run?.status === "completed") return run.output ?? null;
    if (run?.error !== undefined) throw errorFromJson(run.error);
    if (status !== "waiting") throw stopped(jobId, status);
    await untilAnswered(awaited, left);
  }
}

type TimeLeft = () => { readonly timeoutMs?: number };

function timeLeft({ timeoutMs }: WorkflowRunOptions): TimeLeft {
  const begunAt = performance.now();
  return () => (timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, timeoutMs - (performance.now() - begunAt)) });
}

async function beginAnew({ application, drives, jobId }: Awaited): Promise<void> {
  const job = await application.job(jobId);
  if (job.status === "completed" || job.status === "cancelled") return;
  if (!drives.has(jobId) && (await application.isDriven(jobId))) {
    throw new TuttiError("JOB_BUSY", `Another process carries job ${jobId} out, with the code that it began with`, {
      hint: `Stop it there, or first: tutti job pause ${jobId}`,
      context: { job: jobId },
    });
  }
  if (job.status === "failed") await application.resume(job, {});
  drives.beginAnew(jobId);
}

const lookAgainMs = 1_000;

/** Until somebody has answered one of the questions that are open now. */
async function untilAnswered({ application, jobId, options: { signal } }: Awaited, left: TimeLeft): Promise<void> {
  const open = await application.breakpoints(jobId);
  const watch = application.watch();
  for (;;) {
    const still = new Set((await application.breakpoints(jobId)).map(({ id }) => id));
    if (open.length === 0 || open.some(({ id }) => !still.has(id))) return;
    const { timeoutMs = lookAgainMs } = left();
    if (signal?.aborted === true || timeoutMs <= 1) throw notAnswered(jobId, signal);
    const waitMs = Math.min(timeoutMs, lookAgainMs);
    await watch.wait({ timeoutMs: waitMs, ...(signal === undefined ? {} : { signal }) });
  }
}

const notAnswered = (jobId: JobId, signal: AbortSignal | undefined): TuttiError =>
  signal?.aborted === true
    ? new TuttiError("ABORTED", `Waiting for job ${jobId} was stopped`, { context: { job: jobId } })
    : new TuttiError("WAIT_TIMED_OUT", `Nobody answered a question of job ${jobId} in time`, {
        hint: "See what is asked: tutti breakpoint list",
        context: { job: jobId },
      });

const stopped = (jobId: JobId, status: JobStatus): TuttiError =>
  new TuttiError("ABORTED", `The workflow of job ${jobId} has not ended: the job is ${status}`, {
    hint: "Go on: run it again with the same key, or tutti resume",
    context: { job: jobId, status },
  });
