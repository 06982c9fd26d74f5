import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutPoint, streamOf } from "./message-stream.ts";
import type { ModelMessage } from "./model-message.ts";
import { defaultUsage } from "./scenario-schema.ts";

const StreamEvent = z.looseObject({
  type: z.string(),
  delta: z
    .looseObject({ text: z.string().optional(), partial_json: z.string().optional(), thinking: z.string().optional() })
    .optional(),
});

const dataOf = (event: string): z.infer<typeof StreamEvent> =>
  StreamEvent.parse(JSON.parse(event.slice(event.indexOf("data: ") + "data: ".length)));

const messageWith = (content: ModelMessage["content"]): ModelMessage => ({
  id: "msg",
  model: "m",
  content,
  stopReason: "end_turn",
  usage: { ...defaultUsage, outputTokens: 7 },
});

describe("streamOf", () => {
  it("opens, fills and closes every block, and names tokens and reason at the end", () => {
    const events = streamOf(messageWith([{ type: "text", text: "hi" }])).map(dataOf);
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } });
  });

  it("sends a text and an input in pieces that make the whole again", () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, input) => {
        const block = { type: "tool_use", id: "t", name: "Write", input } as const;
        const events = streamOf(messageWith([{ type: "text", text }, block])).map(dataOf);
        const joined = (part: "text" | "partial_json"): string =>
          events.map(({ delta }) => delta?.[part] ?? "").join("");
        expect(joined("text")).toBe(text);
        expect(JSON.parse(joined("partial_json"))).toEqual({ ...input });
      }),
    );
  });
});

describe("cutPoint", () => {
  it("lets the beginning out and never the end", () => {
    const events = streamOf(messageWith([]));
    expect(cutPoint(events)).toBeGreaterThanOrEqual(2);
    expect(cutPoint(events)).toBeLessThan(events.length);
  });
});
