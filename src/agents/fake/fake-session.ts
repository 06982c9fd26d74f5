import { createInterface } from "node:readline";
import { z } from "zod";
import { noUsage, type Usage } from "../../domain/budget/usage.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { asSessionId, type SessionId } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ProcessIdentity } from "../../places/port.ts";
import type { AgentProcess, AgentCommand } from "../agent-process.ts";
import type {
  AgentEvent,
  AgentFailure,
  AgentOutcome,
  AgentSession,
  AgentTurn,
  PermissionDenial,
  PermissionRequest,
} from "../port.ts";
import { failureOf, permissionRequired, TurnGuard, type Guarded } from "../turn-guard.ts";
import { FakeOutput, type FakeEnd, type FakeInput, type FakeStart } from "./fake-protocol.ts";

export type FakeSessionStart = {
  readonly launchKey: string;
  readonly model: string;
  readonly resultSchema: JsonObject | undefined;
  readonly command: AgentCommand;
  readonly play: FakeStart;
};

const interruptGraceMs = 1_000;

/** The holder of one fake agent's process. */
export class FakeSession implements AgentSession, Guarded {
  readonly launchKey: string;
  readonly interruptGraceMs = interruptGraceMs;
  readonly #start: FakeSessionStart;
  readonly #process: AgentProcess;
  readonly #send: (input: FakeInput) => void;
  readonly #ready = Promise.withResolvers<SessionId | undefined>();
  #conversation: SessionId | undefined;
  #onOutput: (output: FakeOutput | undefined) => void = () => undefined;
  #hasEnded = false;

  constructor(process: AgentProcess, start: FakeSessionStart) {
    this.launchKey = start.launchKey;
    this.#start = start;
    this.#process = process;
    const { stdin, stdout } = process.spawn(start.command);
    // A write to a process that just died fails; its end is told by its output.
    stdin.on("error", () => undefined);
    this.#send = (input) => void stdin.write(`${JSON.stringify(input)}\n`);
    stdin.write(`${JSON.stringify(start.play)}\n`);
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => this.#note(FakeOutput.parse(JSON.parse(line))));
    lines.on("close", () => this.#end());
  }

  /** Resolves when the process can take a prompt. */
  async opened(): Promise<void> {
    await this.#process.started();
    this.#conversation = await this.#ready.promise;
  }

  get isAlive(): boolean {
    return !this.#hasEnded && !this.#process.hasExited;
  }

  get processGroup(): ProcessIdentity | undefined {
    return this.#process.identity;
  }

  async doTurn(turn: AgentTurn): Promise<AgentOutcome> {
    const startedAt = performance.now();
    const seen = new SeenEvents(turn.onEvent);
    const guard = new TurnGuard(this, turn);
    seen.note(this.#announcement());
    const end = await this.#converse(turn, seen, guard);
    await this.#process.endLeftovers();
    const facts = {
      ...(guard.hasBegun && this.#conversation !== undefined ? { sessionId: this.#conversation } : {}),
      text: end?.text ?? "",
      usage: end === undefined || Object.keys(end.usage).length === 0 ? seen.usage : end.usage,
      permissionDenials: seen.denials,
      durationMs: Math.round(performance.now() - startedAt),
    };
    const failure = this.#failureOf(end, guard.stopped);
    if (failure !== undefined) return { status: "failed", ...facts, failure };
    return { status: "finished", ...facts, ...(end?.result === undefined ? {} : { result: end.result }) };
  }

  async doClear(): Promise<void> {
    if (!this.isAlive) return;
    const cleared = Promise.withResolvers<FakeOutput | undefined>();
    this.#onOutput = cleared.resolve;
    this.#send({ type: "clear" });
    const output = await cleared.promise;
    if (output?.type === "cleared") this.#conversation = asSessionId(output.sessionId);
    await this.#process.endLeftovers();
  }

  async doClose(): Promise<void> {
    await this.#process.kill(500);
  }

  async interrupt(): Promise<void> {
    this.#send({ type: "interrupt" });
  }

  async kill(): Promise<void> {
    await this.#process.kill(0);
  }

  cpuTicks(): Promise<number> {
    return this.#process.cpuTicks();
  }

  #announcement(): AgentEvent {
    const pid = this.#process.identity?.pid;
    return {
      type: "session-started",
      sessionId: this.#conversation ?? asSessionId(""),
      model: this.#start.model,
      ...(pid === undefined ? {} : { pid }),
    };
  }

  async #converse(turn: AgentTurn, seen: SeenEvents, guard: TurnGuard): Promise<FakeEnd | undefined> {
    const { prompt } = turn;
    if (!this.isAlive) return undefined;
    const ended = Promise.withResolvers<FakeEnd | undefined>();
    this.#onOutput = (output) => {
      guard.sawLife();
      if (output === undefined) ended.resolve(undefined);
      if (output?.type === "end") ended.resolve(output.end);
      if (output?.type === "permission") void this.#askFor(output, turn, guard);
      if (output?.type === "event") {
        guard.hasBegun = true;
        seen.note(output.event);
        guard.checkCost(seen.costUsd);
      }
    };
    guard.start();
    if (guard.stopped === undefined) this.#send({ type: "prompt", prompt });
    else ended.resolve(undefined);
    const end = await ended.promise;
    guard.end();
    return end;
  }

  async #askFor({ tool, input }: PermissionRequest, { onPermission }: AgentTurn, guard: TurnGuard): Promise<void> {
    const denied = { action: "deny" } as const;
    const answer = await Promise.resolve(onPermission?.({ tool, input }) ?? denied).catch(() => denied);
    guard.hasBegun = true;
    if (answer.action === "ask") guard.stop(permissionRequired({ tool, input }, answer.context));
    else this.#send({ type: "permission", isAllowed: answer.action === "allow" });
  }

  #failureOf(end: FakeEnd | undefined, stopped: AgentFailure | undefined): AgentFailure | undefined {
    const isGood = end !== undefined && end.failure === undefined;
    const isFinal = stopped?.error.code === "ABORTED" || stopped?.error.code === "PERMISSION_REQUIRED";
    if (stopped !== undefined && (isFinal || !isGood)) return stopped;
    if (end === undefined) return failureOf(died(this.#process.lastWords));
    if (end.failure !== undefined) return scriptedFailure(end.failure);
    return brokenContract(this.#start.resultSchema, end);
  }

  #note(output: FakeOutput): void {
    if (output.type === "ready") this.#ready.resolve(asSessionId(output.sessionId));
    this.#onOutput(output);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#ready.resolve(undefined);
    this.#onOutput(undefined);
  }
}

class SeenEvents {
  readonly #emit: (event: AgentEvent) => void;
  readonly denials: PermissionDenial[] = [];
  usage: Usage = noUsage;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  get costUsd(): number {
    return Object.values(this.usage).reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  }

  note(event: AgentEvent): void {
    if (event.type === "permission-denied") this.denials.push({ tool: event.tool, summary: event.summary });
    if (event.type === "usage") this.usage = event.usage;
    this.#emit(event);
  }
}

const died = (words: string): TuttiError =>
  new TuttiError("AGENT_FAILED", `The agent ended in the middle of its turn (${words}).`, { failureClass: "killed" });

function scriptedFailure(failure: NonNullable<FakeEnd["failure"]>): AgentFailure {
  const { class: failureClass, message, retryAfterMs, resetAt, isResumeImpossible } = failure;
  const code = failure.code ?? (failureClass === "exhausted" ? "QUOTA_EXHAUSTED" : "AGENT_FAILED");
  const context: JsonObject = isResumeImpossible === true ? { resume: "impossible" } : {};
  return {
    error: errorToJson(new TuttiError(code, message, { failureClass, context })),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

function brokenContract(schema: JsonObject | undefined, { result }: FakeEnd): AgentFailure | undefined {
  if (schema === undefined) return undefined;
  const parsed = z.fromJSONSchema(schema).safeParse(result);
  if (parsed.success) return undefined;
  const message = `The agent gave no result of the form that was asked for: ${z.prettifyError(parsed.error)}`;
  return failureOf(new TuttiError("AGENT_CONTRACT_BROKEN", message, { failureClass: "recoverable" }));
}
