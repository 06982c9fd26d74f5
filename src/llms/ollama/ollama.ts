import { Ollama, type ChatRequest, type ChatResponse } from "ollama";

import { TuttiError } from "../../domain/errors.ts";
import { answerRequest, type Reply } from "../answer-request.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmFailure, LlmHealth, LlmRequest } from "../port.ts";
import { noAnswer, statusFailure, type ServerName } from "../server-failure.ts";
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
  const server: ServerName = {
    name: "Ollama",
    baseUrl: options.baseUrl ?? defaultUrl,
    startHint: "Start it: ollama serve",
  };
  const clientFor = (signal: AbortSignal): Ollama =>
    new Ollama({
      host: server.baseUrl,
      fetch: fetchOrThrow(signal),
      ...(options.apiKey === undefined ? {} : { headers: { authorization: `Bearer ${options.apiKey}` } }),
    });
  const listModels = async (signal: AbortSignal): Promise<readonly string[]> =>
    (await clientFor(signal).list()).models.map(({ name }) => name);
  const explain = (thrown: unknown): LlmFailure =>
    thrown instanceof ErrorReply ? statusFailure(thrown, server) : noAnswer(thrown, server);
  const explainFor = async (thrown: unknown, { model, signal }: LlmRequest): Promise<LlmFailure> => {
    const failure = explain(thrown);
    if (!(thrown instanceof ErrorReply) || thrown.status !== 404) return failure;
    const models = await listModels(AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)])).catch(() => []);
    return { ...failure, message: missing(model, models), hint: pull(model) };
  };
  return {
    specVersion: 1,
    id: "ollama",
    estimateTokens,
    doGenerate: (request) =>
      answerRequest({
        request,
        ask: async (signal) => readReply(await clientFor(signal).chat(chatRequest(request, options)), request),
        explain: (thrown) => explainFor(thrown, request),
      }),
    doCheckHealth: async (signal) => {
      try {
        return judgeModels(options.model, await listModels(signal), server);
      } catch (thrown) {
        const { message, hint = server.startHint } = explain(thrown);
        return { isHealthy: false, detail: message, fix: hint };
      }
    },
    doListModels: async (signal) => {
      try {
        return await listModels(signal);
      } catch (thrown) {
        const { message, hint = server.startHint } = explain(thrown);
        throw new TuttiError("LLM_UNAVAILABLE", message, { failureClass: "transient", hint, cause: thrown });
      }
    },
    doClose: () => Promise.resolve(),
  };
}

const listTimeoutMs = 5_000;

function chatRequest(request: LlmRequest, options: OllamaOptions): ChatRequest & { stream: true } {
  const { model, system, prompt, schema, maxOutputTokens, temperature } = request;
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: system }]),
      { role: "user", content: prompt },
    ],
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
    if (part.done)
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

function judgeModels(model: string, models: readonly string[], { baseUrl }: ServerName): LlmHealth {
  const isThere = models.some((name) => tagged(name) === tagged(model));
  if (isThere) return { isHealthy: true, detail: `${model} at ${baseUrl}` };
  return { isHealthy: false, detail: missing(model, models), fix: pull(model) };
}

const pull = (model: string): string => `Get it: ollama pull ${model}`;

const missing = (model: string, models: readonly string[]): string =>
  `Ollama has no model "${model}"; it has ${models.length === 0 ? "none yet" : models.join(", ")}`;
