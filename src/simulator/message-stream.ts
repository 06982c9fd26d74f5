import type { ContentBlock, ModelMessage } from "./model-message.ts";
import { wireUsage } from "./model-message.ts";

type Fields = Readonly<Record<string, unknown>>;

const event = (type: string, fields: Fields): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const chunkLength = 48;

const chunksOf = (text: string): string[] => {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += chunkLength) chunks.push(text.slice(at, at + chunkLength));
  return chunks;
};

/** The empty block that opens it, and the deltas that fill it. */
function wireBlock(block: ContentBlock): { start: Fields; deltas: Fields[] } {
  switch (block.type) {
    case "thinking":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          ...chunksOf(block.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: block.signature },
        ],
      };
    case "text":
      return {
        start: { type: "text", text: "" },
        deltas: chunksOf(block.text).map((text) => ({ type: "text_delta", text })),
      };
    case "tool_use":
      return {
        start: { type: "tool_use", id: block.id, name: block.name, input: {} },
        deltas: chunksOf(JSON.stringify(block.input)).map((json) => ({ type: "input_json_delta", partial_json: json })),
      };
  }
}

/** The server-sent events of an answer, as the Messages API streams it: one string an event. */
export function streamOf(message: ModelMessage): readonly string[] {
  const { id, model, content, stopReason, usage } = message;
  const opening = {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  const events = [event("message_start", { message: { ...opening, usage: wireUsage(usage, 1) } }), event("ping", {})];
  for (const [index, block] of content.entries()) {
    const { start, deltas } = wireBlock(block);
    events.push(event("content_block_start", { index, content_block: start }));
    for (const delta of deltas) events.push(event("content_block_delta", { index, delta }));
    events.push(event("content_block_stop", { index }));
  }
  const delta = { stop_reason: stopReason, stop_sequence: null };
  events.push(event("message_delta", { delta, usage: wireUsage(usage) }), event("message_stop", {}));
  return events;
}

/** An error that comes after the stream has begun. */
export const errorEvent = (error: Fields): string => event("error", { error });

/** How many events go out before a stream is cut: always past `message_start`, never the whole. */
export const cutPoint = (events: readonly string[]): number => Math.max(2, Math.floor(events.length / 2));
