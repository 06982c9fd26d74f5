import type { BudgetStanding, CommandResult } from "../../workflow/flow.ts";
import type { AgentAnswer, AgentCall, ApprovalQuestion, CommandCall, WorkflowHost } from "../../workflow/host.ts";
import { isLostRace } from "../../workflow/lost-race.ts";
import { leftUsd, spentBudget } from "../../domain/budget/budget.ts";
import type { PartLimit } from "../../domain/budget/part-limit.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { isStateTrouble } from "../../domain/failure/state-trouble.ts";
import { taskIdOf, type TaskId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../../domain/workflow/node-note.ts";
import type { Task } from "../../domain/model.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { JobDesk } from "../desk.ts";
import { addTasksTo } from "../jobs/manual-jobs.ts";
import { budgetExceeded } from "../budget/spending.ts";
import { retryTasks } from "../jobs/retry-tasks.ts";
import { cancelTasks } from "../jobs/stop-job.ts";
import { answerOfTask } from "./answer-of-task.ts";
import { askPerson } from "./ask-person.ts";
import { runCommand } from "./run-command.ts";
import { keyOfCall, requestOfCall } from "./task-of-call.ts";
import { TaskEnds } from "./task-ends.ts";

/** Gives the body of a job's workflow its agents, as tasks of the job, its commands and its persons. */
export class JobHost implements WorkflowHost {
  readonly #desk: JobDesk;
  readonly #run: WorkflowRun;
  readonly #ends: TaskEnds;
  readonly #asked = new Set<TaskId>();
  /** What is under way and is no wait for a task. */
  #working = 0;
  #changedAt = performance.now();
  /** One at a time: which name a task gets depends on those that there are. */
  #adding: Promise<unknown> = Promise.resolve();

  constructor(desk: JobDesk, run: WorkflowRun) {
    this.#desk = desk;
    this.#run = run;
    this.#ends = new TaskEnds(desk.services.state, desk.job.id);
  }

  /** For how long it has done nothing but wait for tasks, in milliseconds; 0 while it does something. */
  quietMs(): number {
    return this.#working > 0 ? 0 : performance.now() - this.#changedAt;
  }

  /** Some tasks have not come to their end, however long nobody carries them out. */
  get isWaitingForTasks(): boolean {
    return this.#ends.size > 0;
  }

  /** The tasks that its body has asked for since this process carries it out. */
  get asked(): ReadonlySet<TaskId> {
    return this.#asked;
  }

  /** Something that it waits for has come, and it will go on. */
  hasNews(): Promise<boolean> {
    return this.#ends.hasNews();
  }

  async agent(call: AgentCall): Promise<AgentAnswer> {
    const { state, fault } = this.#desk.services;
    try {
      const id = await this.#during(() => this.#inTurn(() => this.#add(call)));
      this.#asked.add(id);
      fault("workflow.asked");
      await this.#noteTask(call, id);
      await this.#endOf(id, call.signal);
      fault("workflow.answered");
      return await this.#during(async () => answerOfTask(state, await state.tasks.get(id)));
    } catch (thrown) {
      call.signal.throwIfAborted();
      if (isStateTrouble(thrown)) throw thrown;
      const error = TuttiError.from(thrown);
      if (error.failureClass === "bug") throw error;
      return { status: "failed", error: errorToJson(error) };
    }
  }

  command(call: CommandCall): Promise<CommandResult> {
    return this.#during(() => runCommand(this.#desk, call));
  }

  effect(happen: () => Promise<Json>): Promise<Json> {
    return this.#during(async () => this.#desk.services.redactJson(await happen()));
  }

  ask(question: ApprovalQuestion): Promise<void> {
    return this.#during(() => askPerson(this.#desk, this.#run, question));
  }

  withdraw({ key }: Pick<ApprovalQuestion, "key">): Promise<void> {
    return this.#during(() => this.#desk.services.state.workflowRuns.withdraw(this.#run, key));
  }

  async budget(): Promise<BudgetStanding> {
    const { services, job } = this.#desk;
    const spentUsd = totalUsage(await services.state.sessions.usageOfJob(job.id)).costUsd ?? 0;
    const limitUsd = job.options.maxCostUsdPerJob;
    if (limitUsd === undefined) return { spentUsd };
    return { spentUsd, limitUsd, remainingUsd: Math.max(0, limitUsd - spentUsd) };
  }

  async note(note: NodeNote): Promise<void> {
    const { state, redact } = this.#desk.services;
    const { error, branchNames } = note;
    const data = {
      ...note,
      name: redact(note.name),
      ...(branchNames === undefined ? {} : { branchNames: branchNames.map(redact) }),
      ...(error === undefined ? {} : { error: { ...error, message: redact(error.message) } }),
      number: this.#run.number,
    };
    await this.#during(() => state.events.append("workflow-node", { jobId: this.#desk.job.id }, data));
  }

  async log({ node, message, data }: WorkflowLog): Promise<void> {
    const { state, redact, redactJson } = this.#desk.services;
    const line = { node, message: redact(message), ...(data === undefined ? {} : { data: redactJson(data) }) };
    const entry = { ...line, number: this.#run.number };
    await this.#during(() => state.events.append("workflow-logged", { jobId: this.#desk.job.id }, entry));
  }

  async #add(call: AgentCall): Promise<TaskId> {
    const { services, job } = this.#desk;
    const request = services.redactJson(requestOfCall(call));
    const known = await services.state.tasks.list(job.id);
    const key = keyOfCall(job.id, request, { known, since: this.#run.startedAt });
    const existing = known.find((task) => task.key === key);
    await this.#hold(taskIdOf(job.id, key), call, existing);
    if (existing !== undefined) {
      await this.#tryAgain(existing);
      return existing.id;
    }
    const [id] = await addTasksTo(services, await services.state.jobs.get(job.id), [{ ...request, key }]);
    if (id === undefined) throw new TuttiError("INTERNAL", "A task was added and has no id", { failureClass: "bug" });
    return id;
  }

  /** What failed for a body before this one gets another start, now that this one asks for it. */
  async #tryAgain({ status, key, endedAt = 0 }: Task): Promise<void> {
    if (status !== "failed" || endedAt > this.#run.startedAt) return;
    await retryTasks(this.#desk.services.state, { jobId: this.#desk.job.id, keys: [key], changes: {} });
  }

  /** From here on its node shows which task it is. */
  async #noteTask({ node, profile }: AgentCall, taskId: TaskId): Promise<void> {
    await this.note({ node, kind: "agent", name: profile, status: "running", taskId });
  }

  async #endOf(id: TaskId, signal: AbortSignal): Promise<void> {
    try {
      await this.#ends.of(id, signal);
    } catch (thrown) {
      if (signal.aborted && isLostRace(signal.reason)) await this.#giveUp(id);
      throw thrown;
    }
  }

  /** Its branch has lost a race: nobody wants the work any more. */
  async #giveUp(id: TaskId): Promise<void> {
    const task = await this.#desk.services.state.tasks.get(id);
    await cancelTasks(this.#desk.services, [task], "another branch of the workflow was faster");
  }

  /** No agent begins where a part around it has cost all that it may; one that has begun is held to it turn by turn. */
  async #hold(taskId: TaskId, { parts = [] }: AgentCall, existing: Task | undefined): Promise<void> {
    const { services, job } = this.#desk;
    const { state, projectBudget, redact } = services;
    const around = parts.map((part): PartLimit => ({ ...part, path: redact(part.path) }));
    for (const part of existing === undefined ? around : []) {
      const budget = await state.partLimits.budgetOf(job.id, part, projectBudget);
      if (leftUsd(budget) <= 0) throw budgetExceeded(spentBudget(budget), job);
    }
    await state.partLimits.hold(taskId, around);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#adding.then(work, work);
    this.#adding = turn.catch(() => undefined);
    return turn;
  }

  async #during<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#changedAt = performance.now();
    }
  }
}
