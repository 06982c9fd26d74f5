import type {
  SDKAssistantMessage,
  SDKMessage,
  SDKPartialAssistantMessage,
  SDKRateLimitInfo,
  SDKUserMessage,
} from "@anthropic-ai/claude-agent-sdk";
import type { Usage } from "../../domain/budget/usage.ts";
import type { AgentEvent, PermissionDenial } from "../port.ts";
import { limitReadingOf } from "./limit-reading.ts";
import { toolSummary } from "./tool-summary.ts";
import { StreamedUsage } from "./turn-usage.ts";

type Call = PermissionDenial & { isDenied: boolean };

/** The tool by which `claude` hands over a structured result: protocol, not work. */
const resultTool = "StructuredOutput";

const unavailable = /No such tool available/;

/** Reads one turn's messages: tells the listener, and keeps what the outcome needs. */
export class TurnRecorder {
  readonly #cwd: string;
  readonly #emit: (event: AgentEvent) => void;
  readonly #calls = new Map<string, Call>();
  readonly #usage = new StreamedUsage();
  readonly #openCalls = new Map<string, string>();
  /** Whether the agent has taken up the prompt. */
  hasBegun = false;
  text = "";
  /** The kind of the last refusal, as `claude` names it. */
  errorKind: string | undefined;
  lastRetry: { readonly delayMs: number; readonly status: number | undefined } | undefined;
  rateLimit: SDKRateLimitInfo | undefined;

  constructor(cwd: string, emit: (event: AgentEvent) => void) {
    this.#cwd = cwd;
    this.#emit = emit;
  }

  get streamedUsage(): Usage {
    return this.#usage.total;
  }

  get denials(): readonly PermissionDenial[] {
    return [...this.#calls.values()].filter(({ isDenied }) => isDenied).map(({ tool, summary }) => ({ tool, summary }));
  }

  observe(message: SDKMessage): void {
    if (message.type === "assistant") this.#assistant(message);
    else if (message.type === "user") this.#toolResults(message);
    else if (message.type === "stream_event") this.#stream(message);
    else if (message.type === "rate_limit_event") this.#limits(message.rate_limit_info);
    else if (message.type === "system") this.#system(message);
  }

  /** A tool call was refused; reported once, however many ways it is told. */
  denied(toolUseId: string, tool: string, input: unknown): void {
    const call = this.#calls.get(toolUseId) ?? { tool, summary: toolSummary(tool, input, this.#cwd), isDenied: false };
    this.#calls.set(toolUseId, call);
    if (call.isDenied) return;
    call.isDenied = true;
    this.#emit({ type: "permission-denied", tool: call.tool, summary: call.summary });
  }

  #limits(info: SDKRateLimitInfo): void {
    this.rateLimit = info;
    this.#emit({ type: "account-limits", reading: limitReadingOf(info) });
  }

  #system(message: Extract<SDKMessage, { type: "system" }>): void {
    if (message.subtype === "init") this.hasBegun = true;
    if (message.subtype === "permission_denied") this.denied(message.tool_use_id, message.tool_name, undefined);
    if (message.subtype !== "api_retry") return;
    const { attempt, error_status, retry_delay_ms } = message;
    const status = error_status ?? undefined;
    this.lastRetry = { delayMs: retry_delay_ms, status };
    this.#emit({ type: "api-retry", attempt, status, delayMs: retry_delay_ms });
  }

  #assistant({ message, error, parent_tool_use_id }: SDKAssistantMessage): void {
    this.errorKind = error;
    if (error !== undefined) return;
    this.lastRetry = undefined;
    for (const block of message.content) {
      if (block.type === "text" && parent_tool_use_id === null) this.#says(block.text);
      if (block.type === "tool_use") this.#toolStarted(block);
    }
  }

  #says(text: string): void {
    this.text = text;
    this.#emit({ type: "text", text });
  }

  #toolStarted({ id, name, input }: { readonly id: string; readonly name: string; readonly input: unknown }): void {
    if (name === resultTool) return;
    const summary = toolSummary(name, input, this.#cwd);
    this.#calls.set(id, { tool: name, summary, isDenied: false });
    this.#emit({ type: "tool-started", toolUseId: id, tool: name, summary });
  }

  #toolResults({ message: { content } }: SDKUserMessage): void {
    if (typeof content === "string") return;
    for (const block of content) {
      if (block.type !== "tool_result") continue;
      const { tool_use_id: toolUseId, is_error: isError = false } = block;
      const call = this.#calls.get(toolUseId);
      if (call === undefined) continue;
      // A tool that this session doesn't have is no question to us; the model reads it as an error.
      if (isError && unavailable.test(JSON.stringify(block.content))) this.denied(toolUseId, call.tool, undefined);
      this.#emit({ type: "tool-ended", toolUseId, isError });
    }
  }

  #stream({ event, parent_tool_use_id }: SDKPartialAssistantMessage): void {
    const place = parent_tool_use_id ?? "";
    if (event.type === "message_start") {
      this.#openCalls.set(place, event.message.id);
      this.#usage.note(event.message.id, event.message.model, event.message.usage);
    }
    const id = this.#openCalls.get(place);
    const model = id === undefined ? undefined : this.#usage.modelOf(id);
    if (id === undefined || model === undefined) return;
    if (event.type === "message_delta") this.#usage.note(id, model, event.usage);
    if (event.type === "message_stop") this.#emit({ type: "usage", usage: this.streamedUsage });
  }
}
