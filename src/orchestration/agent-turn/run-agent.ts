import type { AgentLaunch, AgentOutcome, AgentTurn } from "../../agents/port.ts";
import type { AttemptId, SessionId } from "../../domain/ids.ts";
import { addUsage, noUsage } from "../../domain/budget/usage.ts";
import type { AgentAnswer, AgentConversation } from "../../domain/model.ts";
import type { ConversationOwner } from "../../state/attempts/sessions.ts";
import type { JobDesk } from "../desk.ts";
import { redactEvent, redactOutcome } from "./redact-agent.ts";
import { capsOfTurn, conversationLimitUsd } from "../budget/caps.ts";
import { payForTurn, type PaidTurn } from "./paid-turn.ts";
import { hasOwnPrice, TurnMeter } from "./turn-meter.ts";
import { TurnRecorder } from "./turn-recorder.ts";
import type { PreparedPrompt } from "../../supervision/prompts/prompt-request.ts";
import { continued, recordPrompt } from "../prompts/send-prompt.ts";

export type AgentRun = {
  readonly owner: ConversationOwner;
  /** Whose attempt the turn belongs to; absent for what is no attempt. */
  readonly attemptId?: AttemptId;
  /** The conversation asks for one thing: what it came to is kept, and asking again after a death costs nothing. */
  readonly isAskedOnce: boolean;
  readonly launch: Omit<AgentLaunch, "resume" | "forkOf">;
  readonly prompt: {
    /** For an empty conversation: everything. */
    readonly fresh: PreparedPrompt;
    /** For the conversation that this owner had before. */
    readonly resumed: PreparedPrompt;
  };
  /** While the conversation is empty it begins as a fork of another one; where that is impossible, with the fresh prompt. */
  readonly fork?: {
    readonly sessionId: SessionId;
    readonly prompt: PreparedPrompt;
    /** Called before the fresh prompt is sent instead. */
    readonly onMissed: () => Promise<void>;
  };
  readonly limits: { readonly timeoutMs: number; readonly stallTimeoutMs: number };
  readonly lifeSigns?: AgentTurn["lifeSigns"];
  /** Absent: what the agent's own rules leave open is denied. */
  readonly onPermission?: AgentTurn["onPermission"];
  readonly signal: AbortSignal;
};

/**
 * Runs one turn of an owner's conversation: goes on with it where that is possible, else starts it anew, as a fork or with the whole
 * prompt. The conversation's id and its cost are stored as they become known, so that a death of ours loses neither.
 * What comes back is redacted. Under a limit on cost the turn begins with money set aside, and goes on with more while there is more.
 */
export async function runAgent(desk: JobDesk, run: AgentRun): Promise<AgentOutcome> {
  const { state } = desk.services;
  const known = run.isAskedOnce ? (await state.sessions.find(run.owner.key))?.answer : undefined;
  if (known !== undefined) return answered(known);
  return untilTold(desk, run);
}

async function untilTold(desk: JobDesk, run: AgentRun): Promise<AgentOutcome> {
  for (let deaths = 1; ; deaths += 1) {
    const outcome = await converse(desk, run);
    if (!run.isAskedOnce || deaths >= maxDeaths || run.signal.aborted || !hasDied(outcome)) return outcome;
  }
}

/** Whoever asks once has no attempts that would go on after the death of an agent's process. */
const maxDeaths = 3;

const hasDied = (outcome: AgentOutcome): boolean =>
  outcome.status === "failed" && outcome.failure.error.failureClass === "killed";

async function converse(desk: JobDesk, run: AgentRun): Promise<AgentOutcome> {
  const { sessions } = desk.services.state;
  const conversation = await sessions.beginTurn(run.owner, run.launch.slotId);
  const { fork, ...unforked } = run;
  const isEmpty = conversation.sessionId === undefined;
  const first = await paidTurn(desk, run, conversation);
  if ((isEmpty && fork === undefined) || !cannotResume(first.outcome)) return withMore(desk, run, first);
  await sessions.forget(run.owner.key);
  if (!isEmpty) return converse(desk, run);
  await fork?.onMissed();
  return converse(desk, unforked);
}

/** A turn that used up what it had set aside goes on with more, or comes back with the limit that stands in the way. */
async function withMore(desk: JobDesk, run: AgentRun, { outcome, needsMore }: PaidTurn): Promise<AgentOutcome> {
  if (!needsMore) return outcome;
  const { fresh } = run.prompt;
  const resumed = await continued(desk, run.fork?.prompt ?? fresh);
  const rest = await converse(desk, { ...run, prompt: { fresh, resumed } });
  return {
    ...rest,
    text: rest.text === "" ? outcome.text : rest.text,
    usage: addUsage(outcome.usage, rest.usage),
    permissionDenials: [...outcome.permissionDenials, ...rest.permissionDenials],
    durationMs: outcome.durationMs + rest.durationMs,
  };
}

function paidTurn(desk: JobDesk, run: AgentRun, conversation: AgentConversation): Promise<PaidTurn> {
  const { services, job } = desk;
  const { key, jobId, taskId, role } = run.owner;
  const place = { key, turn: conversation.turn, jobId, workerId: services.workerId };
  const payment = {
    services,
    job,
    turn: taskId === undefined ? place : { ...place, taskId },
    role,
    model: run.launch.model,
    signal: run.signal,
  };
  return payForTurn(payment, (limits) => turn(desk, { ...run, ...limits }, conversation));
}

/** Its cost stands in the state already. */
const answered = ({ text, result }: AgentAnswer): AgentOutcome => ({
  status: "finished",
  text,
  usage: noUsage,
  permissionDenials: [],
  durationMs: 0,
  ...(result === undefined ? {} : { result }),
});

type LimitedRun = AgentRun & { readonly maxCostUsd?: number };

async function turn(desk: JobDesk, run: LimitedRun, conversation: AgentConversation): Promise<AgentOutcome> {
  const { sessionId } = conversation;
  const opening = openingOf(run, sessionId);
  const { meter, limits, launch: limited } = await limitsOf(desk, run);
  const launch = { ...run.launch, ...limited, ...opening.launch };
  const { session, noteConversation } = await desk.pool.checkOut(launch);
  const recorder = new TurnRecorder(desk, { ...run, model: launch.model, turn: conversation.turn });
  const text = session.asSent?.(opening.prompt.text) ?? opening.prompt.text;
  await recordPrompt(desk, run, { turn: conversation.turn, prompt: { ...opening.prompt, text } });
  const said = await session.doTurn({
    prompt: text,
    onEvent: (event) => {
      if (event.type === "session-started") noteConversation(event.sessionId);
      recorder.record(redactEvent(event, desk.services));
      meter?.look(event);
    },
    signal: meter === undefined ? run.signal : AbortSignal.any([run.signal, meter.signal]),
    timeoutMs: run.limits.timeoutMs,
    stallTimeoutMs: run.limits.stallTimeoutMs,
    ...(run.lifeSigns === undefined ? {} : { lifeSigns: run.lifeSigns }),
    ...(run.onPermission === undefined ? {} : { onPermission: run.onPermission }),
    ...limits,
  });
  const outcome = redactOutcome(said, desk.services);
  await recorder.finish(outcome);
  if (!session.isAlive) await desk.pool.closeSlot(run.launch.slotId);
  return outcome;
}

type Opening = { readonly launch: Pick<AgentLaunch, "resume" | "forkOf">; readonly prompt: PreparedPrompt };

function openingOf({ prompt, fork }: AgentRun, sessionId: SessionId | undefined): Opening {
  if (sessionId !== undefined) return { launch: { resume: sessionId }, prompt: prompt.resumed };
  if (fork !== undefined) return { launch: { forkOf: fork.sessionId }, prompt: fork.prompt };
  return { launch: {}, prompt: prompt.fresh };
}

type CostLimits = {
  readonly launch: Pick<AgentLaunch, "maxConversationCostUsd">;
  readonly limits: Pick<AgentTurn, "maxCostUsd">;
  /** In the agent's stead, where it does not know the price. */
  readonly meter?: TurnMeter;
};

/** The launch is the same for every turn of a job, so that its agents' processes stay warm. */
async function limitsOf({ services, job }: JobDesk, { owner, maxCostUsd, launch }: LimitedRun): Promise<CostLimits> {
  if (maxCostUsd === undefined) return { launch: {}, limits: {} };
  const { now, projectBudget } = services;
  if (hasOwnPrice(services, launch.model)) {
    const meter = new TurnMeter({ limitUsd: maxCostUsd, prices: projectBudget.prices ?? [], now });
    return { launch: {}, limits: {}, meter };
  }
  const limitUsd = conversationLimitUsd(await capsOfTurn(services, job, owner.taskId), owner.taskId !== undefined);
  return {
    launch: limitUsd === undefined ? {} : { maxConversationCostUsd: limitUsd },
    limits: { maxCostUsd },
  };
}

const cannotResume = (outcome: AgentOutcome): boolean =>
  outcome.status === "failed" && outcome.failure.error.context["resume"] === "impossible";
