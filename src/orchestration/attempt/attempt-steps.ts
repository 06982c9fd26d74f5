import { setTimeout as delay } from "node:timers/promises";

import type { AgentOutcome } from "../../agents/port.ts";
import { noUsage } from "../../domain/budget/usage.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { explainSettled, type DecisionExplanation } from "../../domain/decide/explain-decision.ts";
import type { AttemptDecision, AttemptOutcome } from "../../domain/model.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import type { BegunAttempt, TaskLease } from "../../state/attempts/begin-attempt.ts";
import { fillSlot, type Slot } from "../../workspace/index.ts";
import { checkpointBefore } from "../checkpoints/automatic-checkpoint.ts";
import type { PreparedPrompt } from "../../supervision/prompts/prompt-request.ts";
import { answeredPrompt, answersText, withAnswers } from "../../supervision/prompts/answer-prompt.ts";
import { permissionsOf } from "../breakpoints/permissions-of.ts";
import { settleDecision } from "../breakpoints/settle-decision.ts";
import { decide } from "../decisions/decide.ts";
import type { DecisionRequest } from "../decisions/decision-evidence.ts";
import { withTaskBudget, type AttemptStep, type JobDesk } from "../desk.ts";
import { jobTip } from "../integration/job-branch.ts";
import { launchPermissions } from "../agent-turn/launch-permissions.ts";
import { agentOfTask, isReadOnly, launchOf } from "../profiles/task-agent.ts";
import { prove } from "../proof/prove.ts";
import { proveAnswer } from "../proof/prove-answer.ts";
import { redactError } from "../agent-turn/redact-agent.ts";
import { replayResult } from "../result-cache/replay-result.ts";
import { forkFor } from "./fork-conversation.ts";
import { runAgent } from "../agent-turn/run-agent.ts";
import { defaultAccount } from "../services.ts";
import { continued } from "../prompts/send-prompt.ts";
import { promptForAttempt, promptForClarification, promptForRetry } from "../prompts/task-prompt.ts";
import { modelOfNext, roleModel } from "../agent-turn/role-model.ts";
import { whileWatched, type LifeSigns } from "./watch-attempt.ts";

/** Opens the task's next attempt on the present tip of the job branch, or goes on with one that was cut short. */
export async function beginAttempt(desk: JobDesk, lease: TaskLease): Promise<BegunAttempt> {
  const tip = await jobTip(desk.services.repo, desk.job.id);
  const begun = await desk.services.state.attempts.begin(lease, tip, await modelOfNext(desk, lease));
  desk.services.fault("attempt.begun");
  return begun;
}

/**
 * Has the agent do the work. What keeps it from starting is an outcome too.
 * @throws when this process is to stop, has lost the lease, or can't write its state: then there is no outcome
 */
export async function executeAttempt(
  desk: JobDesk,
  step: AttemptStep & { readonly delayMs: number; readonly signal: AbortSignal },
): Promise<AttemptOutcome> {
  const { lease, begun, signal } = step;
  const { state, fault } = desk.services;
  const known = (await state.attempts.get(begun.id)).outcome;
  if (known !== undefined) return known;
  if (step.delayMs > 0) await delay(step.delayMs, undefined, { signal });
  const outcome = await workOrFailure(desk, step);
  // An agent that was stopped because we stop has no outcome: whoever goes on resumes it.
  signal.throwIfAborted();
  fault("execute.after-agent");
  if (outcome.replayOf === undefined) await state.attempts.recordOutcome(lease, begun.id, outcome);
  fault("execute.recorded");
  return outcome;
}

type Execution = AttemptStep & { readonly signal: AbortSignal };

/** A set-up command, git or the agent's program may fail before there is a turn: that is decided on like a failed turn. */
async function workOrFailure(desk: JobDesk, execution: Execution): Promise<AttemptOutcome> {
  const { lease, begun } = execution;
  try {
    if (!(await isReadOnly(desk, lease.taskId))) await checkpointBefore({ ...desk, taskId: lease.taskId, begun });
    return (await replayResult(desk, execution)) ?? outcomeOf(await haveWorkDone(desk, execution));
  } catch (thrown) {
    execution.signal.throwIfAborted();
    const error = TuttiError.from(thrown);
    if (error.code === "LEASE_LOST" || error.code.startsWith("STATE_")) throw error;
    desk.services.logger.warn("an attempt could not begin its work", { attempt: begun.id, code: error.code });
    const nothing = { text: "", usage: noUsage, durationMs: 0, permissionDenials: [] };
    return { status: "failed", ...nothing, error: redactError(errorToJson(error), desk.services) };
  }
}

async function haveWorkDone(desk: JobDesk, execution: Execution): Promise<AgentOutcome> {
  const { lease, begun, signal } = execution;
  const { services } = desk;
  desk.pool.warmUp();
  const slot = await placeOf(desk, begun, signal);
  await services.state.attempts.placeIn(lease, begun.id, slot.slotId);
  services.fault("execute.before-agent");
  const work = (lifeSigns: LifeSigns) => workIn(desk, { ...execution, slot, lifeSigns });
  return (await isReadOnly(desk, lease.taskId))
    ? work(() => undefined)
    : whileWatched(desk, { lease, begun, slot }, work);
}

type Placed = Execution & { readonly slot: Slot; readonly lifeSigns: LifeSigns };

async function workIn(desk: JobDesk, execution: Placed): Promise<AgentOutcome> {
  const { lease, begun, slot, lifeSigns, signal } = execution;
  const { services, job } = desk;
  const { spec } = await services.state.tasks.get(lease.taskId);
  const answers = answersText(await services.state.breakpoints.answered(begun.id));
  const asked = await promptForAttempt(desk, execution);
  const { filesCommit } = await services.state.attempts.get(begun.id);
  const whole = filesCommit === undefined ? asked : await continued(desk, asked);
  const fork = await forkFor(desk, execution);
  const onPermission = permissionsOf(desk, execution, slot.path);
  const agent = await agentOfTask(desk, spec);
  return runAgent(withTaskBudget(desk, spec.budgetUsd), {
    owner: { key: begun.conversation, jobId: job.id, taskId: lease.taskId, role: "worker" },
    attemptId: begun.id,
    isAskedOnce: false,
    launch: {
      slotId: slot.slotId,
      cwd: slot.path,
      ...roleModel(job.options, "worker", begun.model),
      ...launchOf(agent),
      ...(spec.resultSchema === undefined ? {} : { resultSchema: spec.resultSchema }),
      permissions: launchPermissions(job.options.agent, agent.access, job.options.agent.allow),
    },
    prompt: {
      fresh: { ...whole, text: withAnswers(answers, whole.text) },
      resumed: await resumedPrompt(desk, execution, { fresh: fork?.prompt ?? whole, answers }),
    },
    ...(fork === undefined ? {} : { fork }),
    ...(onPermission === undefined ? {} : { onPermission }),
    limits: {
      timeoutMs: spec.timeoutMs ?? job.options.workerTimeoutMs,
      stallTimeoutMs: job.options.stallTimeoutMs,
    },
    lifeSigns,
    signal,
  });
}

/** Unfinished work goes on where it stands; everything else starts from its base commit. */
async function placeOf(desk: JobDesk, begun: BegunAttempt, signal: AbortSignal): Promise<Slot> {
  const own = begun.slotId === undefined ? undefined : await desk.slots.takeBack(begun.slotId);
  if (own !== undefined) return own;
  const slot = await desk.slots.takeAt(begun.baseCommit, signal);
  const { filesCommit } = await desk.services.state.attempts.get(begun.id);
  if (filesCommit !== undefined) await fillSlot(slot, filesCommit);
  return slot;
}

/** An attempt that answers feedback repeats it: its agent may have died before it was told. */
async function resumedPrompt(
  desk: JobDesk,
  step: AttemptStep,
  { fresh, answers }: { readonly fresh: PreparedPrompt; readonly answers: string },
): Promise<PreparedPrompt> {
  const { clarification, isContinuation } = step.begun;
  if (clarification !== undefined) return promptForClarification(desk, step, clarification);
  if (!isContinuation) return promptForRetry(desk, step);
  return answers === "" ? continued(desk, fresh) : { ...fresh, text: answeredPrompt(answers, fresh.text) };
}

function outcomeOf(outcome: AgentOutcome): AttemptOutcome {
  const { text, usage, durationMs, permissionDenials } = outcome;
  const facts = { text, usage, durationMs, permissionDenials };
  if (outcome.status === "finished") {
    const cut = outcome.isTruncated === true ? { isTruncated: true as const } : {};
    return {
      status: "finished",
      ...facts,
      ...cut,
      ...(outcome.result === undefined ? {} : { result: outcome.result }),
    };
  }
  const { error, retryAfterMs, resetAt } = outcome.failure;
  const times = {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
  return { status: "failed", ...facts, error, ...times };
}

/** Records what really stands in the slot and has it judged. A turn that failed proves nothing; what it left stays in its slot. */
export async function proveAttempt(
  desk: JobDesk,
  step: AttemptStep & { readonly outcome: AttemptOutcome; readonly signal: AbortSignal },
): Promise<AttemptProof | null> {
  const { begun, lease, outcome } = step;
  if (outcome.status === "failed") return null;
  const proof = await proofOf(desk, step);
  await desk.services.state.attempts.recordProof(lease, begun.id, proof);
  desk.services.fault("proof.recorded");
  return proof;
}

async function proofOf(desk: JobDesk, step: Parameters<typeof proveAttempt>[1]): Promise<AttemptProof> {
  const { spec } = await desk.services.state.tasks.get(step.lease.taskId);
  if ((await agentOfTask(desk, spec)).access === "read") return proveAnswer(desk, step, spec);
  return prove(desk, { ...step, slot: await placeOfWork(desk, step.begun, step.signal) });
}

/** How soon a worker that has lost a task leaves its slot is up to its agent's end. */
const lookAgainMs = 250;

/**
 * The slot that finished work stands in. Another worker that has lost the task may hold it a moment longer.
 * @throws {TuttiError} `LEASE_LOST` when the slot is gone
 */
async function placeOfWork(desk: JobDesk, begun: BegunAttempt, signal: AbortSignal): Promise<Slot> {
  const { attempts, fleet } = desk.services.state;
  for (;;) {
    const { slotId } = await attempts.get(begun.id);
    const slot = slotId === undefined ? undefined : await desk.slots.takeBack(slotId);
    if (slot !== undefined) return slot;
    const isThere = (await fleet.slots(desk.job.id)).some(({ id }) => id === slotId);
    if (!isThere) throw slotLost(begun);
    // Whoever holds it may wait for ours.
    await desk.slots.releaseHeld();
    await delay(lookAgainMs, undefined, { signal });
  }
}

const slotLost = (begun: BegunAttempt): TuttiError =>
  new TuttiError("LEASE_LOST", `The slot that the work of attempt ${begun.id} stood in is gone`, {
    failureClass: "killed",
    context: { attempt: begun.id },
  });

/** Decides and says so; a quota that has ended pauses the whole account. */
export async function decideOnAttempt(desk: JobDesk, step: DecisionRequest): Promise<AttemptDecision> {
  const { state, fault } = desk.services;
  fault("decide.before");
  const known = await state.attempts.get(step.begun.id);
  if (known.status !== "running" && known.decision !== undefined) return known.decision;
  const { explanation, ...made } = await decide(desk, step);
  const settled = await settleDecision(desk, { ...step, decision: made });
  const decision = explanation === undefined ? settled : { ...settled, explanation: told(explanation, made, settled) };
  const { error, resetAt } = step.outcome;
  const pausesAccount = decision.action === "pause" && error !== undefined && error.code !== "BUDGET_EXCEEDED";
  if (pausesAccount) await state.pauses.pause(defaultAccount, resetAt, error);
  fault("decide.made");
  await state.attempts.decide(step.lease, step.begun.id, decision);
  fault("decide.after");
  return decision;
}

/** Whatever had the last word says so in a first reason of its own; without one it is the usual rule. */
function told(
  explanation: DecisionExplanation,
  made: AttemptDecision,
  { action, reasons: [first] }: AttemptDecision,
): DecisionExplanation {
  const isOwn = first !== undefined && first !== made.reasons[0];
  const says = isOwn ? first : "before it fails for good, a person is asked";
  return explainSettled(explanation, action, { rule: "breakpoint", says });
}
