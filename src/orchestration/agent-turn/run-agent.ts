import type { AgentEvent, AgentLaunch, AgentOutcome, AgentTurn } from "../../agents/port.ts";
import { asSessionId, type AttemptId, type SessionId } from "../../domain/ids.ts";
import { addUsage, noUsage } from "../../domain/budget/usage.ts";
import type { FaultPoint } from "../../domain/fault-points.ts";
import type { AgentAnswer, AgentConversation } from "../../domain/model.ts";
import type { ConversationOwner } from "../../state/attempts/sessions.ts";
import type { AgentDesk, JobDesk } from "../desk.ts";
import { redactEvent, redactOutcome } from "./redact-agent.ts";
import { noteAccountEvent, noteAccountOutcome } from "./account-signals.ts";
import { answerText } from "./answer-text.ts";
import { capsOfTurn, conversationLimitUsd } from "../budget/caps.ts";
import { payForTurn, type PaidTurn } from "./paid-turn.ts";
import { hasOwnPrice, TurnMeter } from "./turn-meter.ts";
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
  const recorder = new TurnRecorder(desk, run, conversation.turn);
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

/** Writes what a turn shows, in order, without making the agent wait. */
class TurnRecorder {
  readonly #desk: AgentDesk;
  readonly #owner: ConversationOwner;
  readonly #run: Pick<AgentRun, "owner" | "attemptId" | "launch">;
  readonly #isAskedOnce: boolean;
  readonly #turn: number;
  #writes: Promise<void> = Promise.resolve();

  constructor(desk: AgentDesk, run: AgentRun, turnNumber: number) {
    this.#desk = desk;
    this.#run = run;
    this.#owner = run.owner;
    this.#isAskedOnce = run.isAskedOnce;
    this.#turn = turnNumber;
  }

  record(event: AgentEvent): void {
    const { sessions } = this.#desk.services.state;
    if (event.type === "session-started") {
      const { sessionId, model, pid } = event;
      const started = { sessionId: asSessionId(sessionId), model, ...(pid === undefined ? {} : { pid }) };
      this.#queue(() => sessions.noteSession(this.#owner, started));
      this.#mayDie("session-known");
    }
    if (event.type === "tool-ended") this.#mayDie("tool-used");
    if (event.type === "usage") this.#queue(() => sessions.recordUsage(this.#owner, this.#turn, event.usage));
    if (event.type === "account-limits" || event.type === "api-retry") {
      this.#queue(() => noteAccountEvent(this.#desk.services, event));
    }
    const line = activityOf(event);
    if (line === undefined) return;
    const { jobId, taskId, role } = this.#owner;
    this.#desk.activity.add({ jobId, taskId: taskId ?? null, role, ...line });
  }

  /** @throws what a write of this turn threw: an unrecorded session or cost is not to be passed over */
  async finish(outcome: AgentOutcome): Promise<void> {
    const { sessions } = this.#desk.services.state;
    this.#queue(() => sessions.recordUsage(this.#owner, this.#turn, outcome.usage));
    this.#queue(() => noteAccountOutcome(this.#desk.services, outcome));
    this.#queue(() => this.#keepAnswer(outcome));
    if (this.#isAskedOnce && outcome.status === "finished") {
      const { text, result } = outcome;
      this.#queue(() => sessions.keepAnswer(this.#owner.key, { text, result }));
    }
    await this.#writes;
  }

  /** For the history: what was said last, or why nothing was. */
  #keepAnswer(outcome: AgentOutcome): Promise<void> {
    const { key, jobId, taskId, role } = this.#run.owner;
    const { attemptId, launch } = this.#run;
    return this.#desk.services.state.history.record({
      jobId,
      ...(taskId === undefined ? {} : { taskId }),
      ...(attemptId === undefined ? {} : { attemptId }),
      kind: "answer",
      role,
      model: launch.model,
      conversation: key,
      turn: this.#turn,
      ...answerText(outcome),
    });
  }

  /** Behind what was written before. */
  #mayDie(moment: keyof typeof faultPointsOf): void {
    const point = faultPointsOf[moment][this.#owner.role];
    if (point !== undefined) this.#queue(() => Promise.resolve(this.#desk.services.fault(point)));
  }

  #queue(write: () => Promise<void>): void {
    this.#writes = this.#writes.then(write);
    // The rejection is delivered by `finish`; until then it must not count as unhandled.
    this.#writes.catch(() => undefined);
  }
}

const faultPointsOf: Readonly<Record<"session-known" | "tool-used", Readonly<Record<string, FaultPoint>>>> = {
  "session-known": {
    manager: "plan.session-known",
    worker: "execute.session-known",
    resolver: "resolve.session-known",
    reviewer: "review.session-known",
  },
  "tool-used": { worker: "execute.tool-used", resolver: "resolve.tool-used" },
};

function activityOf(
  event: AgentEvent,
): { readonly kind: "tool" | "text" | "retry"; readonly text: string } | undefined {
  switch (event.type) {
    case "tool-started":
      return { kind: "tool", text: event.summary };
    case "text":
      return { kind: "text", text: event.text.slice(0, 500) };
    case "api-retry":
      return { kind: "retry", text: `model server answered ${event.status ?? "nothing"}, retry ${event.attempt}` };
    default:
      return undefined;
  }
}
