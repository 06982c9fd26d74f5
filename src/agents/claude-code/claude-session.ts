import { randomUUID } from "node:crypto";
import type { SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { asSessionId } from "../../domain/ids.ts";
import type { ProcessIdentity } from "../../places/port.ts";
import type { AgentOutcome, AgentSession, AgentTurn } from "../port.ts";
import { answers, type ClaudeStream } from "./claude-stream.ts";
import { outsideOf } from "./leads-outside.ts";
import { disarmMentions } from "./mentions.ts";
import { runTurn } from "./run-turn.ts";

const clearTimeoutMs = 10_000;
const closeGraceMs = 1_000;

export type SessionStart = {
  readonly launchKey: string;
  readonly maxRetryWaitMs: number;
  /** See `StreamStart`. */
  readonly isVerbatim: boolean;
};

/** A warm `claude`: turn after turn in one process, and `/clear` between tasks. */
export class ClaudeSession implements AgentSession {
  readonly launchKey: string;
  readonly #stream: ClaudeStream;
  readonly #maxRetryWaitMs: number;
  readonly #isVerbatim: boolean;

  constructor(stream: ClaudeStream, { launchKey, maxRetryWaitMs, isVerbatim }: SessionStart) {
    this.launchKey = launchKey;
    this.#stream = stream;
    this.#maxRetryWaitMs = maxRetryWaitMs;
    this.#isVerbatim = isVerbatim;
  }

  get isAlive(): boolean {
    return this.#stream.isAlive;
  }

  get processGroup(): ProcessIdentity | undefined {
    return this.#stream.process.identity;
  }

  /** Prompts hold text of others: none of it is to bring files from outside of the slot into the conversation. */
  asSent(prompt: string): string {
    return this.#isVerbatim ? prompt : disarmMentions(prompt, outsideOf(this.#stream.cwd));
  }

  doTurn(turn: AgentTurn): Promise<AgentOutcome> {
    return runTurn(
      this.#stream,
      { ...turn, prompt: this.asSent(turn.prompt) },
      { maxRetryWaitMs: this.#maxRetryWaitMs },
    );
  }

  /** Afterwards the session is alive with an empty conversation, or not alive. */
  async doClear(): Promise<void> {
    if (!this.isAlive) return;
    const timer = setTimeout(() => void this.#stream.kill(), clearTimeoutMs);
    const [result] = await Promise.all([this.#clear(), this.#stream.process.endLeftovers()]);
    clearTimeout(timer);
    if (result === undefined || result.is_error) return this.#stream.kill();
    this.#stream.conversation = asSessionId(result.session_id);
  }

  doClose(): Promise<void> {
    return this.#stream.close(closeGraceMs);
  }

  /** The result of the command, which comes with the new session's id; `undefined` when the process ended. */
  async #clear(): Promise<SDKResultMessage | undefined> {
    const uuid = randomUUID();
    const cleared = Promise.withResolvers<SDKResultMessage | undefined>();
    const unlisten = this.#stream.listen({
      onMessage: (message) => {
        if (message.type === "result" && answers(message, uuid)) cleared.resolve(message);
      },
      onEnd: () => cleared.resolve(undefined),
      onDenied: () => undefined,
    });
    this.#stream.send("/clear", uuid);
    const result = await cleared.promise;
    unlisten();
    return result;
  }
}
