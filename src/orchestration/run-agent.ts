import type { AgentEvent, AgentLaunch, AgentOutcome } from "../agents/port.ts";
import { asSessionId } from "../domain/ids.ts";
import { noUsage } from "../domain/budget/usage.ts";
import type { FaultPoint } from "../domain/fault-points.ts";
import type { AgentAnswer, AgentConversation } from "../domain/model.ts";
import type { ConversationOwner } from "../state/sessions.ts";
import type { AgentDesk, JobDesk } from "./desk.ts";
import { redactEvent, redactOutcome } from "./redact-agent.ts";
import { withinJobBudget } from "./spending.ts";

export type AgentRun = {
  readonly owner: ConversationOwner;
  /** The conversation asks for one thing: what it came to is kept, and asking again after a death costs nothing. */
  readonly isAskedOnce: boolean;
  readonly launch: Omit<AgentLaunch, "resume">;
  readonly prompt: {
    /** For an empty conversation: everything. */
    readonly fresh: string;
    /** For the conversation that this owner had before. */
    readonly resumed: string;
  };
  readonly limits: { readonly timeoutMs: number; readonly stallTimeoutMs: number; readonly maxCostUsd?: number };
  readonly signal: AbortSignal;
};

/**
 * Runs one turn of an owner's conversation: goes on with it where that is possible, else starts it anew with the whole
 * prompt. The conversation's id and its cost are stored as they become known, so that a death of ours loses neither.
 * What comes back is redacted. The turn ends when the job's budget is used up.
 */
export async function runAgent(desk: JobDesk, run: AgentRun): Promise<AgentOutcome> {
  const { state } = desk.services;
  const known = run.isAskedOnce ? (await state.sessions.find(run.owner.key))?.answer : undefined;
  if (known !== undefined) return answered(known);
  return withinJobBudget({ state, job: desk.job }, run.signal, (signal) => untilTold(desk, { ...run, signal }));
}

async function untilTold(desk: AgentDesk, run: AgentRun): Promise<AgentOutcome> {
  for (let deaths = 1; ; deaths += 1) {
    const outcome = await converse(desk, run);
    if (!run.isAskedOnce || deaths >= maxDeaths || run.signal.aborted || !hasDied(outcome)) return outcome;
  }
}

/** Whoever asks once has no attempts that would go on after the death of an agent's process. */
const maxDeaths = 3;

const hasDied = (outcome: AgentOutcome): boolean =>
  outcome.status === "failed" && outcome.failure.error.failureClass === "killed";

async function converse(desk: AgentDesk, run: AgentRun): Promise<AgentOutcome> {
  const { sessions } = desk.services.state;
  const conversation = await sessions.beginTurn(run.owner, run.launch.slotId);
  const outcome = await turn(desk, run, conversation);
  if (conversation.sessionId === undefined || !cannotResume(outcome)) return outcome;
  await sessions.forget(run.owner.key);
  return turn(desk, run, await sessions.beginTurn(run.owner, run.launch.slotId));
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

async function turn(desk: AgentDesk, run: AgentRun, conversation: AgentConversation): Promise<AgentOutcome> {
  const { sessionId } = conversation;
  const launch = sessionId === undefined ? run.launch : { ...run.launch, resume: sessionId };
  const { session, noteConversation } = await desk.pool.checkOut(launch);
  const recorder = new TurnRecorder(desk, run, conversation.turn);
  const said = await session.doTurn({
    prompt: sessionId === undefined ? run.prompt.fresh : run.prompt.resumed,
    onEvent: (event) => {
      if (event.type === "session-started") noteConversation(event.sessionId);
      recorder.record(redactEvent(event, desk.services));
    },
    signal: run.signal,
    timeoutMs: run.limits.timeoutMs,
    stallTimeoutMs: run.limits.stallTimeoutMs,
    ...(run.limits.maxCostUsd === undefined ? {} : { maxCostUsd: run.limits.maxCostUsd }),
  });
  const outcome = redactOutcome(said, desk.services);
  await recorder.finish(outcome);
  if (!session.isAlive) await desk.pool.closeSlot(run.launch.slotId);
  return outcome;
}

const cannotResume = (outcome: AgentOutcome): boolean =>
  outcome.status === "failed" && outcome.failure.error.context["resume"] === "impossible";

/** Writes what a turn shows, in order, without making the agent wait. */
class TurnRecorder {
  readonly #desk: AgentDesk;
  readonly #owner: ConversationOwner;
  readonly #isAskedOnce: boolean;
  readonly #turn: number;
  #writes: Promise<void> = Promise.resolve();

  constructor(desk: AgentDesk, { owner, isAskedOnce }: AgentRun, turnNumber: number) {
    this.#desk = desk;
    this.#owner = owner;
    this.#isAskedOnce = isAskedOnce;
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
    const line = activityOf(event);
    if (line === undefined) return;
    const { jobId, taskId, role } = this.#owner;
    this.#desk.activity.add({ jobId, taskId: taskId ?? null, role, ...line });
  }

  /** @throws what a write of this turn threw: an unrecorded session or cost is not to be passed over */
  async finish(outcome: AgentOutcome): Promise<void> {
    const { sessions } = this.#desk.services.state;
    this.#queue(() => sessions.recordUsage(this.#owner, this.#turn, outcome.usage));
    if (this.#isAskedOnce && outcome.status === "finished") {
      const { text, result } = outcome;
      this.#queue(() => sessions.keepAnswer(this.#owner.key, { text, result }));
    }
    await this.#writes;
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
