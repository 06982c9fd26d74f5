import { taskIdOf, type CommitId, type TaskId } from "../../domain/ids.ts";
import type { Attempt, Clarification, Task } from "../../domain/model.ts";
import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { promptSettings } from "../../domain/prompt/prompt-settings.ts";
import { namedFiles } from "../../domain/prompt/named-files.ts";
import type { PreparedPrompt } from "../../supervision/prompts/prompt-request.ts";
import {
  clarificationRequest,
  forkRequest,
  oneLine,
  retryRequest,
  workerRequest,
  type WorkerPromptFacts,
} from "../../supervision/prompts/worker-prompt.ts";
import { lessonsOf } from "../../supervision/feedback/lessons.ts";
import { gatesOfTask } from "../../supervision/run-gates.ts";
import { listFiles } from "../../workspace/index.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { agentOfTask } from "../profiles/task-agent.ts";
import { rewriteFor, withRewrite, type Rewriting } from "./rewrite-task.ts";
import { notesFor, prepare, type PromptDesk } from "./send-prompt.ts";

/** Which attempt a prompt is for. */
export type AttemptToBegin = {
  readonly task: Task;
  readonly number: number;
  readonly baseCommit: CommitId;
  /** Why the attempt before wasn't enough. */
  readonly feedback: string | undefined;
};

/** The prompt of an attempt whose conversation is empty, from what the state knows: all that there is to know. */
export async function promptForAttempt(desk: JobDesk, step: Rewriting): Promise<PreparedPrompt> {
  const facts = await factsOfAttempt(desk, await attemptToBegin(desk, step));
  return withRewrite(facts, await rewriteFor(desk, step, facts), (given) => prepare(desk, workerRequest(given)));
}

/** The same for an attempt that need not have begun. */
export async function freshPrompt(desk: PromptDesk, attempt: AttemptToBegin): Promise<PreparedPrompt> {
  return prepare(desk, workerRequest(await factsOfAttempt(desk, attempt)));
}

/** The prompt of an attempt whose conversation is a fork of another's, which knows that one's task already. */
export async function promptForFork(desk: JobDesk, step: AttemptStep, known: TaskId): Promise<PreparedPrompt> {
  const attempt = await attemptToBegin(desk, step);
  const facts = await factsOfAttempt(desk, attempt);
  const isKnown = (key: string | undefined): boolean => key !== undefined && taskIdOf(desk.job.id, key) === known;
  const unknown = {
    ...facts,
    dependencies: facts.dependencies.filter(({ key }) => !isKnown(key)),
    parent: isKnown(facts.spec.parent) ? undefined : facts.parent,
  };
  const { baseCommit } = attempt;
  // It was asked for with the prompt of an empty conversation, which stands ready beside this one.
  const rewrite = await desk.services.state.prompts.findRewrite(step.begun.id);
  return withRewrite(unknown, rewrite, (given) => prepare(desk, forkRequest({ ...given, baseCommit })));
}

/** The prompt of an attempt that goes on in the conversation of the one before it. */
export async function promptForRetry(desk: JobDesk, step: AttemptStep): Promise<PreparedPrompt> {
  const attempt = await attemptToBegin(desk, step);
  const { task, number, feedback } = attempt;
  const request = retryRequest({
    spec: await withAccess(desk, task.spec),
    attempt: number,
    feedback,
    namedFiles: await filesNamed(desk, attempt),
  });
  return prepare(desk, request);
}

/** The prompt of an attempt whose agent asked something, in the same conversation. */
export async function promptForClarification(
  desk: JobDesk,
  { lease, begun }: AttemptStep,
  { answer }: Clarification,
): Promise<PreparedPrompt> {
  const task = await desk.services.state.tasks.get(lease.taskId);
  const spec = await withAccess(desk, task.spec);
  return prepare(desk, clarificationRequest({ spec, attempt: begun.number, answer }));
}

async function attemptToBegin({ services }: JobDesk, { lease, begun }: AttemptStep): Promise<AttemptToBegin> {
  const { number, baseCommit, feedback } = begun;
  return { task: await services.state.tasks.get(lease.taskId), number, baseCommit, feedback };
}

async function factsOfAttempt(desk: PromptDesk, attempt: AttemptToBegin): Promise<WorkerPromptFacts> {
  const { state } = desk.services;
  const { task, number, feedback } = attempt;
  const spec = await withAccess(desk, task.spec);
  const [job, earlier, decisions] = await Promise.all([
    state.jobs.get(task.jobId),
    state.attempts.list(task.id),
    state.decisions.ofTask(task.id),
  ]);
  return {
    goal: job.goal,
    planSummary: job.plan?.summary ?? "",
    spec: withAnswers(spec, decisions),
    attempt: number,
    dependencies: await Promise.all(task.dependsOn.map((id) => dependencyResult(desk, id))),
    parent: await parentOf(desk, task),
    feedback,
    namedFiles: await filesNamed(desk, attempt),
    // The last one stands in the feedback, whole.
    earlierAttempts: earlier
      .filter((other) => other.number < number - 1 && other.isTakenBack !== true)
      .map(whyNotAccepted),
    gates: spec.access === "read" ? [] : gatesFor(desk, spec),
    notes: [...(await notesFor(desk)), ...(await lessonsFor(desk))],
  };
}

/** What its agent may do is told, also where its profile says it. */
async function withAccess(desk: PromptDesk, spec: PlanTask): Promise<PlanTask> {
  const { access } = await agentOfTask(desk, spec);
  return access === "read" ? { ...spec, access } : spec;
}

/** What went wrong in this project before is known about it like its notes. */
const lessonsFor = async ({ services, job }: PromptDesk): Promise<readonly string[]> =>
  promptSettings(job.options).notes === "off" ? [] : lessonsOf(services.state);

/** What an agent of this task has asked before is part of what is asked for. */
function withAnswers(spec: PlanTask, decisions: readonly StoredDecision[]): PlanTask {
  const known = decisions.flatMap(({ decision }) =>
    decision.action === "clarify" ? (decision.clarification ?? []) : [],
  );
  if (known.length === 0) return spec;
  const answers = known.map(({ question, answer }) => `- Asked: ${oneLine(question)}\n  Answered: ${answer}`);
  return { ...spec, prompt: `${spec.prompt}\n\nQuestions about it that are answered:\n${answers.join("\n")}` };
}

const reasonLength = 240;

const whyNotAccepted = ({ number, feedback, decision }: Attempt) => ({
  number,
  why: oneLine(feedback ?? decision?.reasons.join("; ") ?? "nobody knows why", reasonLength),
});

async function filesNamed(
  { services }: PromptDesk,
  { feedback, baseCommit }: Pick<AttemptToBegin, "feedback" | "baseCommit">,
): Promise<readonly string[]> {
  if (feedback === undefined) return [];
  const paths = new Set((await listFiles(services.repo, baseCommit)).paths);
  return namedFiles(feedback, (path) => paths.has(path));
}

const gatesFor = ({ job }: PromptDesk, spec: PlanTask) =>
  gatesOfTask(job.options.gates, spec.gates).map(({ name, run }) => ({ name, run }));

async function parentOf(desk: PromptDesk, { spec, jobId }: Task) {
  if (spec.parent === undefined) return undefined;
  const id = taskIdOf(jobId, spec.parent);
  const { title, result } = await dependencyResult(desk, id);
  return { title, result, prompt: (await desk.services.state.tasks.get(id)).spec.prompt };
}

async function dependencyResult({ services }: PromptDesk, id: TaskId) {
  const { tasks, attempts } = services.state;
  const { key, spec, acceptedAttempt } = await tasks.get(id);
  const attempt = acceptedAttempt === undefined ? undefined : await attempts.get(acceptedAttempt);
  return { key, title: spec.title, result: attempt?.outcome?.text ?? "done" };
}
