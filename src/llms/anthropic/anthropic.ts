import Anthropic from "@anthropic-ai/sdk";

import type { JsonObject } from "../../domain/json.ts";
import type { Reply } from "../answer-request.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import { unwrapped } from "../object-answer.ts";
import type { LlmAdapter, LlmRequest } from "../port.ts";
import { serverAdapter } from "../server-adapter.ts";
import { statusInError } from "../server-failure.ts";
import { toolFor } from "./answer-tool.ts";

export type AnthropicOptions = {
  /** The model that health is asked for. */
  readonly model: string;
  readonly apiKey: string;
  /** Default: Anthropic's own. */
  readonly baseUrl?: string;
};

const ownUrl = "https://api.anthropic.com";

/** Anthropic's Messages API. A structured answer is the input of a tool that the model has to call. */
export function anthropic({ model, apiKey, baseUrl = ownUrl }: AnthropicOptions): LlmAdapter {
  const client = new Anthropic({
    baseURL: baseUrl,
    apiKey,
    authToken: null,
    maxRetries: 0,
    logLevel: "off",
    fetch: guardedFetch(),
  });
  return serverAdapter({
    id: "anthropic",
    model,
    apiKey,
    server: { name: "Anthropic", baseUrl, startHint: "Check the network, or correct supervisor.baseUrl" },
    ask: async (request, signal) => {
      const options = { signal, timeout: request.timeoutMs };
      return readReply(await client.messages.create(messagesRequest(request), options), request);
    },
    listModels: async (signal) => {
      const names: string[] = [];
      for await (const { id } of client.models.list({}, { signal })) names.push(id);
      return names;
    },
    statusOf: (thrown) => (thrown instanceof Anthropic.APIError ? statusInError(thrown) : undefined),
    isSame: (listed, wanted) => listed === wanted || listed.replace(/-\d{8}$/, "") === wanted,
    fixOf: () => "Set supervisor.model to one of these",
  });
}

type MessagesRequest = Anthropic.MessageCreateParamsStreaming;

/** The API has no temperature any more. */
function messagesRequest(request: LlmRequest): MessagesRequest {
  const { model, system, prompt, schema, maxOutputTokens } = request;
  return {
    model,
    max_tokens: maxOutputTokens,
    messages: [{ role: "user", content: prompt }],
    stream: true,
    ...(system === undefined ? {} : { system }),
    ...(schema === undefined ? {} : toolsFor(schema)),
  };
}

function toolsFor(schema: JsonObject): Pick<MessagesRequest, "tools" | "tool_choice"> {
  const tool = toolFor(schema);
  return { tools: [tool], tool_choice: { type: "tool", name: tool.name, disable_parallel_tool_use: true } };
}

async function readReply(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  { schema, model, onText }: LlmRequest,
): Promise<Reply> {
  let [text, answeredBy]: [string, string] = ["", model];
  let [inputTokens, outputTokens]: [number, number] = [0, 0];
  let stop: string | null = null;
  for await (const event of events) {
    const piece = pieceOf(event);
    text += piece;
    if (piece !== "") onText?.(piece);
    if (event.type === "message_start") {
      answeredBy = event.message.model;
      inputTokens = event.message.usage.input_tokens;
    }
    if (event.type !== "message_delta") continue;
    stop = event.delta.stop_reason;
    outputTokens = event.usage.output_tokens;
  }
  if (stop === null) throw new Error("the answer broke off");
  return {
    text: schema === undefined ? text : unwrapped(text, schema),
    usage: { inputTokens, outputTokens },
    model: answeredBy,
    isCut: stop === "max_tokens" || stop === "model_context_window_exceeded",
    ...(stop === "refusal" ? { refusal: text || "without a word" } : {}),
  };
}

function pieceOf(event: Anthropic.RawMessageStreamEvent): string {
  if (event.type !== "content_block_delta") return "";
  if (event.delta.type === "input_json_delta") return event.delta.partial_json;
  return event.delta.type === "text_delta" ? event.delta.text : "";
}
