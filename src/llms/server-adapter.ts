import { TuttiError } from "../domain/errors.ts";
import { answerRequest, type Reply } from "./answer-request.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import type { LlmAdapter, LlmFailure, LlmHealth, LlmRequest } from "./port.ts";
import { noAnswer, shownUrl, statusFailure, toldLine, type ErrorStatus, type ServerName } from "./server-failure.ts";

/** What differs from one model server to another. */
export type ModelServer = {
  /** Of the adapter. */
  readonly id: string;
  readonly server: ServerName;
  /** Taken out of whatever the server says. */
  readonly apiKey?: string;
  /** The model that health is asked for. */
  readonly model: string;
  /** Throws whatever its client throws. */
  readonly ask: (request: LlmRequest, signal: AbortSignal) => Promise<Reply>;
  /** Throws whatever its client throws. */
  readonly listModels: (signal: AbortSignal) => Promise<readonly string[]>;
  /** The status that the server refused with; `undefined` = nothing came back. */
  readonly statusOf: (thrown: unknown) => ErrorStatus | undefined;
  /** Whether a name in the list is the model that is meant. */
  readonly isSame: (listed: string, model: string) => boolean;
  /** What to do when it isn't there. */
  readonly fixOf: (model: string) => string;
};

const listTimeoutMs = 5_000;
const unknownModel = 404;

/** An adapter for a server that is asked over HTTP. */
export function serverAdapter(given: ModelServer): LlmAdapter {
  const { server, model } = given;
  const explain = (thrown: unknown): LlmFailure => {
    const status = given.statusOf(thrown);
    const failure = status === undefined ? noAnswer(thrown, server) : statusFailure(status, server);
    return { ...failure, message: toldLine(withoutKey(failure.message, given.apiKey)) };
  };
  const explainFor = async (thrown: unknown, request: LlmRequest): Promise<LlmFailure> => {
    const failure = explain(thrown);
    if (given.statusOf(thrown)?.status !== unknownModel) return failure;
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(listTimeoutMs)]);
    const models = await given.listModels(signal).catch(() => undefined);
    if (models === undefined) return failure;
    return { ...failure, message: missing(given, request.model, models), hint: given.fixOf(request.model) };
  };
  return {
    specVersion: 1,
    id: given.id,
    estimateTokens,
    doGenerate: (request) =>
      answerRequest({
        request,
        ask: (signal) => given.ask(request, signal),
        explain: (thrown) => explainFor(thrown, request),
      }),
    doCheckHealth: async (signal) => {
      try {
        return judgeModels(given, await given.listModels(signal));
      } catch (thrown) {
        const { message, hint = server.startHint } = explain(thrown);
        return { isHealthy: false, detail: message, fix: hint };
      }
    },
    doListModels: async (signal) => {
      try {
        return await given.listModels(signal);
      } catch (thrown) {
        const { message, hint = server.startHint } = explain(thrown);
        const context = { server: server.name, model };
        throw new TuttiError("LLM_UNAVAILABLE", message, { failureClass: "transient", hint, context, cause: thrown });
      }
    },
    doClose: () => Promise.resolve(),
  };
}

/** Some servers repeat the key that they refuse. */
const withoutKey = (message: string, apiKey: string | undefined): string =>
  apiKey === undefined ? message : message.replaceAll(apiKey, "[redacted]");

function judgeModels(given: ModelServer, models: readonly string[]): LlmHealth {
  const { model, server } = given;
  if (models.some((name) => given.isSame(name, model))) {
    return { isHealthy: true, detail: `${model} at ${shownUrl(server.baseUrl)}` };
  }
  return { isHealthy: false, detail: missing(given, model, models), fix: given.fixOf(model) };
}

const shownModels = 20;

function missing({ server }: ModelServer, model: string, models: readonly string[]): string {
  const more = models.length > shownModels ? ` and ${models.length - shownModels} more` : "";
  const list = models.length === 0 ? "none yet" : `${models.slice(0, shownModels).join(", ")}${more}`;
  return `${server.name} has no model "${model}"; it has ${list}`;
}
