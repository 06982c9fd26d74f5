import { toolUseId, type TurnAddress } from "./progress.ts";
import { saysOf, toolCallsOf } from "./render-turn.ts";
import { defaultUsage, type ScenarioTurn, type ToolCall, type TurnUsage } from "./scenario-schema.ts";
import { fillText, type TemplateValues } from "./template.ts";

export type ContentBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: ToolCall["input"] };

/** A whole answer of the model, before it is put on the wire. */
export type ModelMessage = {
  readonly id: string;
  readonly model: string;
  readonly content: readonly ContentBlock[];
  readonly stopReason: string;
  readonly usage: TurnUsage;
};

/** Writes a scripted turn out as the message that the model sends. */
export function messageOf(
  turn: ScenarioTurn,
  values: TemplateValues,
  at: TurnAddress & { readonly model: string },
): ModelMessage {
  const calls = toolCallsOf(turn, values);
  const content: ContentBlock[] = [];
  if (turn.thinking !== undefined) {
    content.push({ type: "thinking", thinking: fillText(turn.thinking, values), signature: "c2ltdWxhdGVk" });
  }
  const says = saysOf(turn, values);
  if (says !== "") content.push({ type: "text", text: says });
  for (const [call, { name, input }] of calls.entries()) {
    content.push({ type: "tool_use", id: toolUseId(at, { call, calls: calls.length }), name, input });
  }
  return {
    id: `msg_sim_${at.nonce}`,
    model: at.model,
    content,
    stopReason: turn.stopReason ?? (calls.length > 0 ? "tool_use" : "end_turn"),
    usage: turn.usage ?? defaultUsage,
  };
}

export const textMessage = (id: string, model: string, text: string): ModelMessage => ({
  id,
  model,
  content: [{ type: "text", text }],
  stopReason: "end_turn",
  usage: defaultUsage,
});

/** The usage object of the Messages API. */
export const wireUsage = (usage: TurnUsage, outputTokens = usage.outputTokens): Record<string, number> => ({
  input_tokens: usage.inputTokens,
  output_tokens: outputTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  cache_creation_input_tokens: usage.cacheWriteTokens,
});

/** The body of an answer without streaming. */
export const wireMessage = ({ id, model, content, stopReason, usage }: ModelMessage): Record<string, unknown> => ({
  id,
  type: "message",
  role: "assistant",
  model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: wireUsage(usage),
});
