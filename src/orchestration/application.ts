import type { Activity, StoredEvent } from "../domain/events.ts";
import type { Breakpoint } from "../domain/breakpoint/breakpoint.ts";
import type { Usage } from "../domain/budget/usage.ts";
import type { Rollback } from "../domain/checkpoint/checkpoint.ts";
import type { JobId, TaskId } from "../domain/ids.ts";
import type { Attempt, Job, Task } from "../domain/model.ts";
import type { TaskPrior } from "../domain/plan/estimate.ts";
import type { PlanTask } from "../domain/plan/plan-schema.ts";
import type { RawTaskRequest } from "../domain/plan/task-spec.ts";
import type { Resolution } from "../state/breakpoints/breakpoints.ts";
import type { ActivityCursor, Cursor } from "../state/event-log.ts";
import type { FileHistory } from "../state/attempts/file-changes.ts";
import type { Hold } from "../domain/schedule/admission.ts";
import type { Pause } from "../state/fleet/pauses.ts";
import { jobTipRef, mergeJob, type JobMerge, type MergeOptions } from "../workspace/index.ts";
import { CacheRoom } from "./result-cache/cache-room.ts";
import { CheckpointRoom } from "./checkpoints/checkpoint-room.ts";
import {
  answerPlan,
  findBreakpoint,
  listBreakpoints,
  settleDue,
  resolveBreakpoint,
  type PersonsAnswer,
  type WhichBreakpoints,
} from "./breakpoints/resolve-breakpoint.ts";
import { FigureRoom } from "./insight/figure-room.ts";
import { findJob } from "./jobs/find-job.ts";
import { createJob, createManualJob, type JobRequest, type ManualJobRequest } from "./jobs/create-job.ts";
import { usualTask } from "./result-cache/preview-run.ts";
import { NoteRoom } from "./prompts/note-room.ts";
import { ProfileRoom } from "./profiles/profile-room.ts";
import { PromptRoom } from "./prompts/prompt-room.ts";
import { RescueRoom } from "./insight/rescue-room.ts";
import { resumeJob, type ResumeChanges } from "./jobs/resume-job.ts";
import { retryTasks, type RetryChanges } from "./jobs/retry-tasks.ts";
import { addTasksTo } from "./jobs/manual-jobs.ts";
import { Insight } from "./insight/insight.ts";
import { isDriven } from "./coordinator/is-driven.ts";
import { jobRunId, planDecisionSignal } from "./queues.ts";
import type { JobReport } from "../domain/job-report.ts";
import { defaultAccount, type Services } from "./services.ts";
import { whyPaused, type PauseReason } from "./coordinator/why-paused.ts";
import { createWorkflowJob, type WorkflowJobRequest } from "./workflows/create-workflow-job.ts";
import { EventRoom } from "./workflow-events/event-room.ts";
import { WorkflowRoom } from "./workflows/workflow-room.ts";
import { cancelByPerson, pauseByPerson } from "./jobs/stop-by-person.ts";
import {
  attemptPatch,
  heldBy,
  usageByAttempt,
  type AttemptPatch,
  type HeldBy,
  type PatchRequest,
} from "./insight/task-details.ts";
import { jobProgress, taskResult, taskResults, type JobProgress, type TaskResult } from "./insight/task-results.ts";

/** Everything that a face may ask for: the one interface behind the command line, the web, MCP and the library. */
export class Application {
  /** Decisions, what was said, ratings and what they add up to. */
  readonly insight: Insight;
  readonly #services: Services;

  readonly cache: CacheRoom;
  readonly checkpoints: CheckpointRoom;
  readonly figures: FigureRoom;
  readonly prompts: PromptRoom;
  readonly notes: NoteRoom;
  readonly profiles: ProfileRoom;
  readonly rescues: RescueRoom;
  readonly workflows: WorkflowRoom;
  readonly workflowEvents: EventRoom;

  constructor(services: Services) {
    this.#services = services;
    this.cache = new CacheRoom(services);
    this.checkpoints = new CheckpointRoom(services);
    this.figures = new FigureRoom(services);
    this.insight = new Insight(services);
    this.prompts = new PromptRoom(services);
    this.notes = new NoteRoom(services);
    this.profiles = new ProfileRoom(services);
    this.rescues = new RescueRoom(services);
    this.workflows = new WorkflowRoom(services);
    this.workflowEvents = new EventRoom(services);
  }

  /** @throws {TuttiError} `GOAL_EMPTY`, `PLAN_INVALID`, `MODEL_UNPRICED` */
  createJob(request: JobRequest): Promise<Job> {
    return createJob(this.#services, request);
  }

  /**
   * A job whose tasks somebody adds while it runs. With a `dispatchKey` that the project knows it is that job.
   * @throws {TuttiError} `GOAL_EMPTY`, `PLAN_INVALID`, `PLAN_CYCLE`, `INPUT_INVALID`, `MODEL_UNPRICED`
   */
  createManualJob(request: ManualJobRequest): Promise<Job> {
    return createManualJob(this.#services, request);
  }

  /**
   * Adds tasks to a job, all or none; one that is over goes on with them. A request that repeats a task is that task.
   * @returns their ids, in the order of the requests
   * @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE`, `INPUT_INVALID`
   */
  async addTasks(jobId: JobId, requests: readonly RawTaskRequest[]): Promise<readonly TaskId[]> {
    return addTasksTo(this.#services, await this.#services.state.jobs.get(jobId), requests);
  }

  /**
   * A job whose tasks a workflow adds. With a `dispatchKey` that the project knows it is that job.
   * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `WORKFLOW_INPUT_INVALID`, `MODEL_UNPRICED`
   */
  createWorkflowJob(request: WorkflowJobRequest): Promise<Job> {
    return createWorkflowJob(this.#services, request);
  }

  /** @throws {TuttiError} `TASK_UNKNOWN` */
  task(id: TaskId): Promise<Task> {
    return this.#services.state.tasks.get(id);
  }

  /** @throws {TuttiError} `TASK_UNKNOWN` */
  async result(id: TaskId): Promise<TaskResult> {
    const { state } = this.#services;
    return taskResult(state, await state.tasks.get(id), await state.sessions.usageOfTask(id));
  }

  results(jobId: JobId): Promise<readonly TaskResult[]> {
    return taskResults(this.#services.state, jobId);
  }

  progress(jobId: JobId): Promise<JobProgress> {
    return jobProgress(this.#services.state, jobId);
  }

  /** Ends a job for good, or some of its tasks. What was merged stays on its branch. */
  cancel(jobId: JobId, keys?: readonly string[]): Promise<readonly TaskId[]> {
    return cancelByPerson(this.#services, jobId, keys);
  }

  /** Has a job stand still until it is resumed. @throws {TuttiError} `INPUT_INVALID` when it is over */
  async pauseJob(job: Job): Promise<void> {
    await pauseByPerson(this.#services, job);
  }

  /** Whether a coordinator holds the job now. */
  isDriven(jobId: JobId): Promise<boolean> {
    return isDriven(this.#services, jobId);
  }

  /** A rollback that nobody carries out now and that did not come to its end: the next drive does that first. */
  async cutShort(jobId: JobId): Promise<Rollback | undefined> {
    const pending = await this.#services.state.rollbacks.pending(jobId);
    return pending === undefined || (await this.isDriven(jobId)) ? undefined : pending;
  }

  /** Newest first. */
  jobs(): Promise<readonly Job[]> {
    return this.#services.state.jobs.list(this.#services.repo.root);
  }

  /**
   * A job by its id or the beginning of it; without one the newest.
   * @throws {TuttiError} `JOB_UNKNOWN`
   */
  async job(id?: string): Promise<Job> {
    const job = findJob(await this.jobs(), id);
    if (job.status !== "proposed") return job;
    // The time for its answer may be up.
    await settleDue(this.#services);
    return this.#services.state.jobs.get(job.id);
  }

  tasks(jobId: JobId): Promise<readonly Task[]> {
    return this.#services.state.tasks.list(jobId);
  }

  attempts(task: Task): Promise<readonly Attempt[]> {
    return this.#services.state.attempts.list(task.id);
  }

  /** What each attempt of a task has used, by its number. */
  async usageByAttempt(task: Task): Promise<ReadonlyMap<number, Usage>> {
    return usageByAttempt(this.#services, task, await this.attempts(task));
  }

  /** Why a task does not start now; empty for one that may, or has. */
  heldBy(task: Task): Promise<readonly HeldBy[]> {
    return heldBy(this.#services.state, task);
  }

  /** What happened to the files of a task's attempts, from a cursor on. */
  fileHistory(task: Task, after = 0): Promise<FileHistory> {
    return this.#services.state.fileChanges.ofTask(task.id, after);
  }

  /** @throws {TuttiError} `INPUT_INVALID` when there is no such attempt, or nothing to see of it yet */
  patch(task: Task, request: PatchRequest = {}): Promise<AttemptPatch> {
    return attemptPatch(this.#services, task, request);
  }

  async usage(jobId: JobId): Promise<{ readonly ofJob: Usage; readonly byTask: ReadonlyMap<string, Usage> }> {
    const { sessions } = this.#services.state;
    return { ofJob: await sessions.usageOfJob(jobId), byTask: await sessions.usageByTask(jobId) };
  }

  events(cursor: Cursor): Promise<readonly StoredEvent[]> {
    return this.#services.state.events.read(cursor);
  }

  activity(cursor: ActivityCursor): Promise<readonly Activity[]> {
    return this.#services.state.events.readActivity(cursor);
  }

  /** A memory of its own of what changed, for a face that watches beside a coordinator in the same process. */
  watch() {
    return this.#services.state.events.watch();
  }

  /** Resolves soon after something changed, or after `timeoutMs`. */
  waitForChange(options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<boolean> {
    return this.#services.state.events.waitForChange(options);
  }

  pause(): Promise<Pause | undefined> {
    return this.#services.state.pauses.find(defaultAccount);
  }

  /** Why fewer agents run than a job allows. */
  workerHold(job: Job): Promise<Hold | undefined> {
    return this.#services.state.holds.findWorkerHold(job.id);
  }

  /** What a paused job waits for; `undefined` when nothing holds it any more. */
  pauseReason(job: Job): Promise<PauseReason | undefined> {
    return whyPaused(this.#services, job);
  }

  /** Of the last review; `undefined` before it. */
  async report(jobId: JobId): Promise<JobReport | undefined> {
    return (await this.#services.state.jobs.get(jobId)).report;
  }

  /** Answers a proposed plan. The first answer counts. */
  async decidePlan(job: Job, answer: "approved" | "refused"): Promise<void> {
    await answerPlan(this.#services, job.id, answer === "approved" ? "approve" : "reject");
    const signal = { name: planDecisionSignal, key: "first", payload: answer };
    await this.#services.engine.signal(jobRunId(job.id, job.round), signal);
  }

  /** What waits for a person's answer, the oldest first. */
  breakpoints(jobId?: JobId, which?: WhichBreakpoints): Promise<readonly Breakpoint[]> {
    return listBreakpoints(this.#services, jobId, which);
  }

  /** By its id or the beginning of it, open or not. @throws {TuttiError} `BREAKPOINT_UNKNOWN` */
  breakpoint(id: string): Promise<Breakpoint> {
    return findBreakpoint(this.#services, id);
  }

  /**
   * Answers a breakpoint; the first answer counts. Whoever carries the job out goes on by itself, otherwise the next `resume` does.
   * @throws {TuttiError} `BREAKPOINT_UNKNOWN`, `BREAKPOINT_INVALID`
   */
  resolveBreakpoint(id: string, answer: PersonsAnswer): Promise<Resolution> {
    return resolveBreakpoint(this.#services, id, answer);
  }

  /**
   * Lets a job be driven again: also one that failed because its drive did, before its tasks had come to an end. Nothing is
   * changed when it can't be.
   * @throws {TuttiError} `INPUT_INVALID` when nothing of it is left to do, `MODEL_UNPRICED`
   */
  resume(job: Job, changes: ResumeChanges = {}): Promise<void> {
    return resumeJob(this.#services, job, changes);
  }

  /**
   * Gives tasks that failed or wait another start, and what they block with them. The next drive carries them out.
   * @param keys - default: every task that failed or waits for a person
   * @throws {TuttiError} `TASK_UNKNOWN`, `INPUT_INVALID`
   */
  retry(jobId: JobId, keys: readonly string[], changes: RetryChanges = {}): Promise<readonly string[]> {
    return retryTasks(this.#services.state, { jobId, keys, changes });
  }

  /** Brings a job's branch into the branch that the user has checked out: their command, never ours. */
  merge(job: Job, options: MergeOptions): Promise<JobMerge> {
    return mergeJob(this.#services.repo, jobTipRef(job.id), { message: `Merge branch '${job.branch}'`, ...options });
  }

  /** What a task of a job takes, as far as one knows before it has run. */
  usualTask(job: Job, task: PlanTask): TaskPrior {
    return usualTask(this.#services, job, task);
  }
}
