import { randomUUID, type UUID } from "node:crypto";
import type {
  Options,
  Query,
  query as queryFunction,
  SDKMessage,
  SDKResultMessage,
  SDKUserMessage,
} from "@anthropic-ai/claude-agent-sdk";
import { noUsage, type Usage } from "../../domain/budget/usage.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asSessionId, type SessionId } from "../../domain/ids.ts";
import { AgentProcess } from "../agent-process.ts";
import type { Guarded } from "../turn-guard.ts";
import { InputQueue } from "./input-queue.ts";
import { mayGoAhead } from "./permissions.ts";
import { usageOf } from "./turn-usage.ts";

/** Who is told what the process says, one at a time. */
export type Listener = {
  readonly onMessage: (message: SDKMessage) => void;
  readonly onEnd: () => void;
  /** A tool call that neither the mode nor a rule allows. */
  readonly onDenied: (toolUseId: string, tool: string, input: unknown) => void;
  /** Whether such a call may go ahead after all; absent: it is denied. */
  readonly onOpenCall?: (call: { readonly tool: string; readonly input: unknown }) => Promise<CallAnswer>;
};

/** `usual`: as if nobody had been asked. */
export type CallAnswer = "allow" | "usual" | { readonly message: string; readonly endsTurn: boolean };

export type StreamStart = {
  readonly options: Options;
  readonly denialMessage: string;
  readonly interruptGraceMs: number;
  /** Prompts are sent as they stand, without what Claude Code would look up for them. */
  readonly isVerbatim: boolean;
  /** See `sessionMark`. */
  readonly mark: string;
};

const commands = new Set(["/clear"]);

/** One live `claude` and what goes in and out of it: prompts one after another, messages to whoever listens. */
export class ClaudeStream implements Guarded {
  readonly process: AgentProcess;
  readonly interruptGraceMs: number;
  readonly cwd: string;
  readonly wantsResult: boolean;
  readonly #input = new InputQueue<SDKUserMessage>();
  readonly #query: Query;
  readonly #isVerbatim: boolean;
  #listener: Listener | undefined;
  #hasEnded = false;
  #isClosing = false;
  /** The conversation that the next prompt goes on with. */
  conversation: SessionId;
  model: string;
  /** Totals of this conversation up to the last result, as the process counts them; `undefined` = not known. */
  totals: Usage | undefined;
  /** Said while nobody listened: why a process ended before its first turn. */
  unheardResult: SDKResultMessage | undefined;

  constructor(
    query: typeof queryFunction,
    { options, denialMessage, interruptGraceMs, isVerbatim, mark }: StreamStart,
  ) {
    const { cwd = "", model = "", outputFormat, resume, forkSession } = options;
    const resumed = forkSession === true ? undefined : resume;
    this.process = new AgentProcess(mark);
    this.interruptGraceMs = interruptGraceMs;
    this.#isVerbatim = isVerbatim;
    this.cwd = cwd;
    this.model = model;
    this.wantsResult = outputFormat !== undefined;
    this.conversation = asSessionId(resumed ?? randomUUID());
    this.totals = resume === undefined ? noUsage : undefined;
    this.#query = query({
      prompt: this.#input,
      options: {
        ...options,
        ...(resumed === undefined ? { sessionId: this.conversation } : {}),
        spawnClaudeCodeProcess: ({ command, args, cwd: folder, env }) =>
          this.process.spawn({ command, args, cwd: folder, env }),
        canUseTool: async (tool, input, { toolUseID, matchedAskRule }) => {
          const answer = (await this.#listener?.onOpenCall?.({ tool, input })) ?? "usual";
          const isUsuallyFine = mayGoAhead(options, { tool, isAskedByRule: matchedAskRule !== undefined });
          if (answer === "allow" || (answer === "usual" && isUsuallyFine)) {
            return { behavior: "allow", updatedInput: input };
          }
          if (answer === "usual" || !answer.endsTurn) this.#listener?.onDenied(toolUseID, tool, input);
          if (answer === "usual") return { behavior: "deny", message: denialMessage };
          return { behavior: "deny", message: answer.message, interrupt: answer.endsTurn };
        },
      },
    });
    void this.#read();
  }

  get isAlive(): boolean {
    return !this.#hasEnded && !this.#isClosing && !this.process.hasExited;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @returns what ends the listening */
  listen(listener: Listener): () => void {
    if (this.#listener !== undefined) {
      throw new TuttiError("INTERNAL", "A turn was started before the one before it had ended.", {
        failureClass: "bug",
      });
    }
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  send(text: string, uuid: UUID): void {
    // A prompt that looks like one of the agent's own commands is still a prompt.
    const isVerbatim = (this.#isVerbatim || text.startsWith("/")) && !commands.has(text);
    this.#input.push({
      type: "user",
      message: { role: "user", content: text },
      parent_tool_use_id: null,
      uuid,
      ...(isVerbatim ? { client_composed: true } : {}),
    });
  }

  async interrupt(): Promise<void> {
    await this.#query.interrupt();
  }

  /** What this conversation has cost so far, by the agent's own price table; also in the middle of a turn. */
  async costSoFarUsd(): Promise<number> {
    const { session } = await this.#query.usage_EXPERIMENTAL_MAY_CHANGE_DO_NOT_RELY_ON_THIS_API_YET({
      skipBehaviors: true,
    });
    return session.total_cost_usd;
  }

  cpuTicks(): Promise<number> {
    return this.process.cpuTicks();
  }

  async kill(): Promise<void> {
    this.#isClosing = true;
    await this.process.kill(0);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#input.end();
    await this.process.kill(graceMs);
    this.#query.close();
  }

  async #read(): Promise<void> {
    try {
      for await (const message of this.#query) this.#note(message);
    } catch {
      // The SDK throws at the end of a process whose last result was an error, or that died: both are outcomes, told by
      // the last result and by the process itself.
    }
    this.#hasEnded = true;
    this.#input.end();
    this.#listener?.onEnd();
  }

  #note(message: SDKMessage): void {
    if (message.type === "system" && message.subtype === "init") {
      this.conversation = asSessionId(message.session_id);
      this.model = message.model;
    }
    if (message.type === "result" && this.#listener === undefined) this.unheardResult = message;
    this.#listener?.onMessage(message);
    if (message.type === "result") this.totals = usageOf(message.modelUsage);
  }
}

/** Whether a result ends the turn of this prompt; `claude` may also start turns by itself, which name an origin. */
export function answers(result: SDKResultMessage, uuid: UUID): boolean {
  const { user_message_uuids: uuids, user_message_uuid: single, origin } = result;
  if (uuids === undefined && single === undefined) return origin === undefined;
  return (uuids ?? [single]).includes(uuid);
}
