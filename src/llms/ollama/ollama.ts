import { Ollama, type ChatRequest, type ChatResponse } from "ollama";

import type { Reply } from "../answer-request.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmRequest } from "../port.ts";
import { serverAdapter } from "../server-adapter.ts";
import { ErrorReply, fetchOrThrow } from "./fetch-or-throw.ts";

export type OllamaOptions = {
  /** The model that health is asked for. */
  readonly model: string;
  /** Default: `http://127.0.0.1:11434`. */
  readonly baseUrl?: string;
  /** For a server behind a proxy that asks for one. */
  readonly apiKey?: string;
  /** How long the model stays in memory after an answer: `10m`, `-1` for ever. Default: the server's own. */
  readonly keepAlive?: string;
  /** Room for prompt and answer together. Ollama cuts a longer prompt without a word, so it is always told. */
  readonly contextTokens: number;
};

const defaultUrl = "http://127.0.0.1:11434";

/** A local Ollama, by its own API. */
export function ollama(options: OllamaOptions): LlmAdapter {
  const baseUrl = options.baseUrl ?? defaultUrl;
  const clientFor = (signal: AbortSignal): Ollama =>
    new Ollama({
      host: baseUrl,
      fetch: fetchOrThrow(signal),
      ...(options.apiKey === undefined ? {} : { headers: { authorization: `Bearer ${options.apiKey}` } }),
    });
  return serverAdapter({
    id: "ollama",
    model: options.model,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    server: { name: "Ollama", baseUrl, startHint: "Start it: ollama serve" },
    ask: async (request, signal) => readReply(await clientFor(signal).chat(chatRequest(request, options)), request),
    listModels: async (signal) => (await clientFor(signal).list()).models.map(({ name }) => name),
    statusOf: (thrown) => (thrown instanceof ErrorReply ? thrown : undefined),
    isSame: (listed, model) => tagged(listed) === tagged(model),
    fixOf: (model) => `Get it: ollama pull ${model}`,
  });
}

function chatRequest(request: LlmRequest, options: OllamaOptions): ChatRequest & { stream: true } {
  const { model, system, prompt, schema, maxOutputTokens, temperature } = request;
  const asked = { role: "user", content: prompt };
  return {
    model,
    messages: system === undefined ? [asked] : [{ role: "system", content: system }, asked],
    stream: true,
    ...(schema === undefined ? {} : { format: schema }),
    ...(options.keepAlive === undefined ? {} : { keep_alive: keepAliveOf(options.keepAlive) }),
    options: {
      num_ctx: options.contextTokens,
      num_predict: maxOutputTokens,
      ...(temperature === undefined ? {} : { temperature }),
    },
  };
}

/** A number is seconds, and is read as such only when it isn't a text. */
const keepAliveOf = (text: string): string | number => (/^-?\d+$/.test(text) ? Number(text) : text);

async function readReply(parts: AsyncIterable<ChatResponse>, { prompt, onText }: LlmRequest): Promise<Reply> {
  let text = "";
  for await (const part of parts) {
    const { content } = part.message;
    text += content;
    if (content !== "") onText?.(content);
    if (!part.done) continue;
    return { text, model: part.model, isCut: part.done_reason === "length", usage: usageOf(part, { prompt, text }) };
  }
  throw new Error("the answer broke off");
}

/** A prompt that Ollama still had in memory is not counted by some versions. */
const usageOf = (
  { prompt_eval_count, eval_count }: Partial<Pick<ChatResponse, "prompt_eval_count" | "eval_count">>,
  { prompt, text }: { readonly prompt: string; readonly text: string },
): Reply["usage"] => ({
  inputTokens: prompt_eval_count ?? estimateTokens(prompt),
  outputTokens: eval_count ?? estimateTokens(text),
});

/** Ollama's own rule: without a tag it is `latest`. */
const tagged = (model: string): string => (model.split("/").at(-1)?.includes(":") === true ? model : `${model}:latest`);
