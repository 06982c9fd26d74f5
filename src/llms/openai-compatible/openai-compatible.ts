import OpenAI from "openai";

import type { JsonObject } from "../../domain/json.ts";
import type { Reply } from "../answer-request.ts";
import { guardedFetch } from "../guarded-fetch.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmRequest } from "../port.ts";
import { serverAdapter } from "../server-adapter.ts";
import { statusInError } from "../server-failure.ts";
import { isStrictSchema } from "./strict-schema.ts";

export type OpenAiOptions = {
  /** The model that health is asked for. */
  readonly model: string;
  /** With its `/v1`. Default: OpenAI's own. */
  readonly baseUrl?: string;
  /** Local servers mostly need none. */
  readonly apiKey?: string;
};

const ownUrl = "https://api.openai.com/v1";

/** Any server that speaks OpenAI's chat completions: llama.cpp's, vLLM, LM Studio, OpenAI. */
export function openAiCompatible({ model, baseUrl = ownUrl, apiKey }: OpenAiOptions): LlmAdapter {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? "none",
    // What stands in the environment belongs to other programs.
    organization: null,
    project: null,
    adminAPIKey: null,
    maxRetries: 0,
    logLevel: "off",
    fetch: guardedFetch(),
  });
  const isOwn = baseUrl.startsWith(ownUrl);
  return serverAdapter({
    id: "openai",
    model,
    ...(apiKey === undefined ? {} : { apiKey }),
    server: { name: "The model server", baseUrl, startHint: "Start it, or correct supervisor.baseUrl" },
    ask: async (request, signal) => {
      const options = { signal, timeout: request.timeoutMs };
      return readReply(await client.chat.completions.create(chatRequest(request, isOwn), options), request);
    },
    listModels: async (signal) => {
      const names: string[] = [];
      for await (const { id } of client.models.list({ signal })) names.push(id);
      return names;
    },
    statusOf: (thrown) => (thrown instanceof OpenAI.APIError ? statusInError(thrown) : undefined),
    isSame: (listed, wanted) => listed === wanted,
    fixOf: () => "Set supervisor.model to one of these, or load the model in the server",
  });
}

type ChatRequest = OpenAI.ChatCompletionCreateParamsStreaming;

function chatRequest({ system, prompt, schema, maxOutputTokens, ...request }: LlmRequest, isOwn: boolean): ChatRequest {
  const asked = { role: "user", content: prompt } as const;
  const { model, temperature } = request;
  return {
    model,
    messages: system === undefined ? [asked] : [{ role: "system", content: system }, asked],
    stream: true,
    stream_options: { include_usage: true },
    // OpenAI's newer models know only the one, other servers mostly the other.
    ...(isOwn ? { max_completion_tokens: maxOutputTokens } : { max_tokens: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(schema === undefined ? {} : { response_format: formatOf(schema) }),
  };
}

const formatOf = (schema: JsonObject): NonNullable<ChatRequest["response_format"]> => ({
  type: "json_schema",
  json_schema: { name: "answer", schema, strict: isStrictSchema(schema) },
});

async function readReply(
  parts: AsyncIterable<OpenAI.ChatCompletionChunk>,
  { prompt, model, onText }: LlmRequest,
): Promise<Reply> {
  let [text, refusal, answeredBy]: [string, string, string] = ["", "", model];
  let finish: string | null = null;
  let usage: Reply["usage"] | undefined;
  for await (const part of parts) {
    const [choice] = part.choices;
    const piece = choice?.delta.content ?? "";
    text += piece;
    if (piece !== "") onText?.(piece);
    refusal += choice?.delta.refusal ?? "";
    finish = choice?.finish_reason ?? finish;
    answeredBy = part.model || answeredBy;
    usage = usageOf(part) ?? usage;
  }
  if (finish === null) throw new Error("the answer broke off");
  const refused = finish === "content_filter" ? "its content filter" : refusal;
  return {
    text,
    model: answeredBy,
    isCut: finish === "length",
    usage: usage ?? { inputTokens: estimateTokens(prompt), outputTokens: estimateTokens(text) },
    ...(refused === "" ? {} : { refusal: refused }),
  };
}

const usageOf = ({ usage }: OpenAI.ChatCompletionChunk): Reply["usage"] | undefined =>
  usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : undefined;
