import type { Project } from "../compose.ts";
import type { Breakpoint } from "../domain/breakpoint/breakpoint.ts";
import type { StateRestored } from "../orchestration/restored/restored-lines.ts";
import { TuttiError } from "../domain/errors.ts";
import type { StoredEvent } from "../domain/events.ts";
import { asJobId, asTaskId, jobOfTask, type JobId, type TaskId } from "../domain/ids.ts";
import { isSettled } from "../domain/task-status.ts";
import type { Json } from "../domain/json.ts";
import type { PersonsAnswer } from "../orchestration/breakpoints/resolve-breakpoint.ts";
import type { JobProgress, TaskResult } from "../orchestration/insight/task-results.ts";
import type { AnyWorkflow, WorkflowDefinition } from "../workflow/flow.ts";
import { Drives } from "./drives.ts";
import { eventsOf } from "./events-of.ts";
import { goalOf, requestOf } from "./subtasks.ts";
import type {
  Form,
  JobOptions,
  Results,
  Subtask,
  SubtaskOptions,
  SynthesisOptions,
  TuttiOptions,
} from "./tutti-options.ts";
import { ProgramRuns, type WorkflowHandle, type WorkflowRunOptions } from "./run-workflow.ts";
import { synthesisOf } from "./synthesis-of.ts";
import { typedResult, type TypedTaskResult } from "./typed-results.ts";
import { waitForJob, type WaitOptions } from "./wait-for-job.ts";

/**
 * Orchestrates from a program: makes jobs, adds tasks, has them carried out side by side, and collects what they came to.
 *
 * Every method rejects with a `TuttiError`. Close it when done: `await using tutti = new Tutti(...)`.
 */
export class Tutti implements AsyncDisposable {
  readonly orchestratorId: string;
  readonly #options: TuttiOptions;
  readonly #drives: Drives;
  /** Given as objects, by their references. */
  readonly #workflows = new Map<string, AnyWorkflow>();
  readonly #runs: ProgramRuns;
  #opened: Promise<Project> | undefined;

  constructor(options: TuttiOptions = {}) {
    this.orchestratorId = options.orchestratorId ?? "library";
    this.#options = options;
    this.#drives = new Drives({
      cwd: options.cwd ?? process.cwd(),
      env: options.env ?? process.env,
      flags: options.config ?? {},
      note: options.note ?? ((line) => void process.stderr.write(`${line}\n`)),
      workflows: this.#workflows,
    });
    const runner = {
      ...{ drives: this.#drives, orchestratorId: this.orchestratorId, project: () => this.#project() },
      watch: (job: JobId, signal: AbortSignal) => this.watch(job, { signal }),
    };
    this.#runs = new ProgramRuns(runner, this.#workflows);
  }

  /** @throws {TuttiError} `GOAL_EMPTY`, `NOT_A_REPOSITORY`, `NO_COMMIT`, `CONFIG_INVALID` */
  async createJob(goal: string, { key }: JobOptions = {}): Promise<JobId> {
    const project = await this.#project();
    const { id } = await project.application.createManualJob({
      goal,
      settings: await (await import("../compose.ts")).jobSettings(project),
      orchestratorId: this.orchestratorId,
      ...(key === undefined ? {} : { dispatchKey: key }),
    });
    return id;
  }

  /** @throws {TuttiError} `JOB_UNKNOWN`, `PLAN_INVALID`, `PLAN_CYCLE`, `INPUT_INVALID` */
  async addSubtask(job: string, prompt: string, options: SubtaskOptions = {}): Promise<TaskId> {
    const [id] = await this.addSubtasks(job, [{ ...options, prompt }]);
    if (id === undefined) throw new TuttiError("INTERNAL", "A task was added and has no id", { failureClass: "bug" });
    return id;
  }

  /** All or none, in one transaction. */
  async addSubtasks(job: string, subtasks: readonly Subtask[]): Promise<readonly TaskId[]> {
    const { application } = await this.#project();
    return application.addTasks(await this.#jobId(job), subtasks.map(requestOf));
  }

  /** Has the job carried out in the background, by this process unless another one does. */
  async start(job: string): Promise<void> {
    const jobId = await this.#jobId(job);
    this.#drives.hold(jobId);
    void this.#drives.run(jobId);
  }

  /**
   * Carries the job out, or watches whoever does, until every task has come to an end or nothing goes on by itself: look at
   * each result's status.
   * @throws {TuttiError} `WAIT_TIMED_OUT`, `ABORTED`, `AGENT_NOT_FOUND`, `AGENT_UNAUTHENTICATED`
   */
  async waitAndCollect(job: string, options: WaitOptions = {}): Promise<Results> {
    const { application } = await this.#project();
    const jobId = await this.#jobId(job);
    await this.#wait(jobId, options);
    return byTask(await application.results(jobId));
  }

  /**
   * The same for one task: the others go on in the background.
   * @throws {TuttiError} as `waitAndCollect` and `getTask`
   */
  async waitForTask(task: string, options?: WaitOptions): Promise<TaskResult>;
  async waitForTask<Answer>(task: string, options: WaitOptions & Form<Answer>): Promise<TypedTaskResult<Answer>>;
  async waitForTask<Answer>(
    task: string,
    options: WaitOptions & Partial<Form<Answer>> = {},
  ): Promise<TypedTaskResult<unknown>> {
    const { application } = await this.#project();
    const id = asTaskId(task);
    const isEnough = async (): Promise<boolean> => isSettled((await application.task(id)).status);
    await this.#wait(jobOfTask(id), options, isEnough);
    const { result } = options;
    return result === undefined ? this.getTask(id) : this.getTask(id, { result });
  }

  /**
   * What a task came to so far. With a schema its structured answer is checked and typed by it.
   * @throws {TuttiError} `TASK_UNKNOWN`; `AGENT_CONTRACT_BROKEN` when the answer is not of that form
   */
  async getTask(task: string): Promise<TaskResult>;
  async getTask<Answer>(task: string, form: Form<Answer>): Promise<TypedTaskResult<Answer>>;
  async getTask<Answer>(task: string, form?: Form<Answer>): Promise<TypedTaskResult<unknown>> {
    const { application } = await this.#project();
    const result = await application.result(asTaskId(task));
    return form === undefined ? result : typedResult(result, form.result);
  }

  async getJobStatus(job: string): Promise<JobProgress> {
    return (await this.#project()).application.progress(await this.#jobId(job));
  }

  async getCompletedTasks(job: string): Promise<readonly TaskResult[]> {
    return this.#resultsWhere(job, ({ status }) => status === "completed");
  }

  /** Failed ones, and those that wait for a person. */
  async getFailedTasks(job: string): Promise<readonly TaskResult[]> {
    return this.#resultsWhere(job, ({ status, waitsFor }) => status === "failed" || waitsFor === "person");
  }

  /**
   * Gives failed tasks another start, and what they block with them; the next wait carries them out.
   * @param prompts - new prompts by task id
   * @returns ids of the tasks that start again
   */
  async retryFailedTasks(
    job: string,
    { prompts = {} }: { readonly prompts?: Readonly<Record<string, string>> } = {},
  ): Promise<readonly TaskId[]> {
    const { application } = await this.#project();
    const failed = await this.getFailedTasks(job);
    if (failed.length === 0) return [];
    const byKey = new Map(
      failed.flatMap(({ key, taskId }) => (prompts[taskId] === undefined ? [] : [[key, prompts[taskId]]])),
    );
    const keys = failed.map(({ key }) => key);
    await application.retry(await this.#jobId(job), keys, { prompts: byKey });
    return failed.map(({ taskId }) => taskId);
  }

  /** What waits for a person's answer, the oldest first: of one job or of the project. */
  async breakpoints(job?: string): Promise<readonly Breakpoint[]> {
    const { application } = await this.#project();
    return application.breakpoints(job === undefined ? undefined : await this.#jobId(job));
  }

  /**
   * Answers a breakpoint, by its id or the beginning of it. The first answer counts.
   * @throws {TuttiError} `BREAKPOINT_UNKNOWN`, `BREAKPOINT_INVALID` naming what may be answered
   */
  async resolveBreakpoint(id: string, answer: PersonsAnswer): Promise<Breakpoint> {
    const { application } = await this.#project();
    const { breakpoint } = await application.resolveBreakpoint(id, { by: this.orchestratorId, ...answer });
    return breakpoint;
  }

  /** One text from all results: what failed comes first, whoever writes it. */
  async synthesizeResults(results: Results, options: SynthesisOptions = {}): Promise<string> {
    return synthesisOf(results, options, () => this.#open());
  }

  /** Ends the job for good. What was merged stays on its branch. */
  async cancel(job: string): Promise<void> {
    const { application } = await this.#project();
    await application.cancel(await this.#jobId(job));
  }

  /** Events of the job, from its first, until it is over or `signal` aborts. */
  async *watch(job: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<StoredEvent> {
    const { application } = await this.#project();
    const jobId = await this.#jobId(job);
    yield* eventsOf(application, jobId, signal);
  }

  /** Makes a job of these tasks, has it carried out and collects the results. */
  async quickDelegate(
    tasks: readonly (string | Subtask)[],
    { goal, ...options }: WaitOptions & { readonly goal?: string } = {},
  ): Promise<Results> {
    const subtasks = tasks.map((task) => (typeof task === "string" ? { prompt: task } : task));
    const project = await this.#project();
    const { id } = await project.application.createManualJob({
      goal: goal ?? goalOf(subtasks),
      settings: await (await import("../compose.ts")).jobSettings(project),
      orchestratorId: this.orchestratorId,
      tasks: subtasks.map(requestOf),
    });
    return this.waitAndCollect(id, options);
  }

  /**
   * Carries a workflow out, as a job of its own. After a crash the same call with the same `key` goes on.
   * @param workflow - an object, or the name or path of one
   * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `WORKFLOW_INPUT_INVALID`: then there is no job
   */
  async runWorkflow<Input, Output>(
    workflow: WorkflowDefinition<Input, Output>,
    input: Input,
    options?: WorkflowRunOptions,
  ): Promise<WorkflowHandle<Output>>;
  async runWorkflow(workflow: string, input: unknown, options?: WorkflowRunOptions): Promise<WorkflowHandle<Json>>;
  async runWorkflow(
    workflow: WorkflowDefinition | string,
    input: unknown,
    options: WorkflowRunOptions = {},
  ): Promise<WorkflowHandle<unknown>> {
    return this.#runs.start({ workflow, input, options });
  }

  /** Stops what this process carries out; it can be gone on with. */
  async close(): Promise<void> {
    const stopped = this.#runs.stop();
    await this.#drives.stop();
    await stopped;
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened?.catch(() => undefined))?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #project(): Promise<Project> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Loaded when it is needed: a settings file imports this package only for its types and `defineConfig`. */
  async #open(): Promise<Project> {
    const { openProject } = await import("../compose.ts");
    const { cwd = process.cwd(), env = process.env, config } = this.#options;
    const { restoredLines } = await import("../orchestration/restored/restored-lines.ts");
    const { note = (line) => void process.stderr.write(`${line}\n`) } = this.#options;
    const onRestored = (restored: StateRestored): void => restoredLines(restored).forEach(note);
    const workflows = this.#workflows;
    return openProject({ cwd, env, onRestored, workflows, ...(config === undefined ? {} : { flags: config }) });
  }

  async #jobId(job: string): Promise<JobId> {
    const { application } = await this.#project();
    return (await application.job(asJobId(job))).id;
  }

  async #wait(jobId: JobId, options: WaitOptions, isEnough?: () => Promise<boolean>): Promise<void> {
    const { application } = await this.#project();
    const waiting = { application, drives: this.#drives, jobId, options };
    await waitForJob(isEnough === undefined ? waiting : { ...waiting, isEnough });
  }

  async #resultsWhere(job: string, isMeant: (result: TaskResult) => boolean): Promise<readonly TaskResult[]> {
    const { application } = await this.#project();
    return (await application.results(await this.#jobId(job))).filter(isMeant);
  }
}

const byTask = (results: readonly TaskResult[]): Results => new Map(results.map((result) => [result.taskId, result]));
