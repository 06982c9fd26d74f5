import type { AgentEvent, AgentOutcome } from "../../agents/port.ts";
import type { FaultPoint } from "../../domain/fault-points.ts";
import { asSessionId, type AttemptId } from "../../domain/ids.ts";
import type { ConversationOwner } from "../../state/attempts/sessions.ts";
import type { AgentDesk } from "../desk.ts";
import { noteAccountEvent, noteAccountOutcome } from "./account-signals.ts";
import { answerText } from "./answer-text.ts";

export type RecordedTurn = {
  readonly owner: ConversationOwner;
  /** Its number in the conversation, from 1. */
  readonly turn: number;
  /** As it was asked for: the agent may report a fuller name. */
  readonly model: string;
  /** Absent for what is no attempt. */
  readonly attemptId?: AttemptId;
  /** What it came to is kept as the conversation's answer. */
  readonly isAskedOnce: boolean;
};

/** Writes what a turn shows, in order, without making the agent wait. */
export class TurnRecorder {
  readonly #desk: AgentDesk;
  readonly #recorded: RecordedTurn;
  #writes: Promise<void> = Promise.resolve();

  constructor(desk: AgentDesk, recorded: RecordedTurn) {
    this.#desk = desk;
    this.#recorded = recorded;
  }

  record(event: AgentEvent): void {
    const { sessions } = this.#desk.services.state;
    const { owner, turn } = this.#recorded;
    if (event.type === "session-started") {
      const { sessionId, model, pid } = event;
      const started = { sessionId: asSessionId(sessionId), model, ...(pid === undefined ? {} : { pid }) };
      this.#queue(() => sessions.noteSession(owner, started));
      this.#mayDie("session-known");
    }
    if (event.type === "tool-ended") this.#mayDie("tool-used");
    if (event.type === "usage") this.#queue(() => sessions.recordUsage(owner, turn, event.usage));
    if (event.type === "account-limits" || event.type === "api-retry") {
      this.#queue(() => noteAccountEvent(this.#desk.services, event));
    }
    const line = activityOf(event);
    if (line === undefined) return;
    const { jobId, taskId, role } = owner;
    this.#desk.activity.add({ jobId, taskId: taskId ?? null, role, ...line });
  }

  /** @throws what a write of this turn threw: an unrecorded session or cost is not to be passed over */
  async finish(outcome: AgentOutcome): Promise<void> {
    const { sessions } = this.#desk.services.state;
    const { owner, turn, isAskedOnce } = this.#recorded;
    this.#queue(() => sessions.recordUsage(owner, turn, outcome.usage));
    this.#queue(() => noteAccountOutcome(this.#desk.services, outcome));
    this.#queue(() => this.#keepAnswer(outcome));
    if (isAskedOnce && outcome.status === "finished") {
      const { text, result } = outcome;
      this.#queue(() => sessions.keepAnswer(owner.key, { text, result }));
    }
    await this.#writes;
  }

  /** For the history: what was said last, or why nothing was. */
  #keepAnswer(outcome: AgentOutcome): Promise<void> {
    const { owner, attemptId, model, turn } = this.#recorded;
    const { key, jobId, taskId, role } = owner;
    return this.#desk.services.state.history.record({
      jobId,
      ...(taskId === undefined ? {} : { taskId }),
      ...(attemptId === undefined ? {} : { attemptId }),
      kind: "answer",
      role,
      model,
      conversation: key,
      turn,
      ...answerText(outcome),
    });
  }

  /** Behind what was written before. */
  #mayDie(moment: keyof typeof faultPointsOf): void {
    const point = faultPointsOf[moment][this.#recorded.owner.role];
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
