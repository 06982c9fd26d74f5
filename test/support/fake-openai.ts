import type { IncomingMessage, ServerResponse } from "node:http";

import { isStrictSchema } from "../../src/llms/openai-compatible/strict-schema.ts";
import type { LlmSituation, ScriptedServer, SeenQuestion } from "../../src/testing/llm-conformance.ts";
import { loopbackServer, piecesOf, sendJson, type Exchange } from "./loopback-server.ts";

type Body = Readonly<Record<string, unknown>> & {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: { readonly json_schema: { readonly schema: never; readonly strict?: boolean } };
};

const fields = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "temperature",
  "response_format",
]);

/** A server that speaks OpenAI's chat completions, and refuses what their reference does not allow. */
export async function fakeOpenAi(models: readonly string[]): Promise<ScriptedServer & { readonly url: string }> {
  const [seen, complaints]: [SeenQuestion[], string[]] = [[], []];
  const apiKey = "sk-openai-0123456789abcdef";
  const usage = { inputTokens: 21, outputTokens: 7 };
  let situation: LlmSituation = { says: "yes" };
  const chat = ({ request, response, body: text }: Exchange): void => {
    const body: Body = JSON.parse(text);
    const problem = problemOf(request, body);
    if (problem !== undefined) {
      complaints.push(problem);
      return sendError(response, 400, problem);
    }
    if (!models.includes(body.model)) return sendError(response, 404, `The model \`${body.model}\` does not exist`);
    seen.push(questionOf(body));
    play({ situation, response, model: body.model, usage, key: apiKey });
  };
  const server = await loopbackServer((exchange) => {
    const { request, response } = exchange;
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      return sendError(response, 401, `Incorrect API key provided: ${request.headers.authorization}`);
    }
    const route = `${request.method} ${request.url}`;
    if (route === "POST /v1/chat/completions") return chat(exchange);
    const data = models.map((id) => ({ id, object: "model", created: 1, owned_by: "us" }));
    if (route === "GET /v1/models") return sendJson(response, 200, { object: "list", data });
    complaints.push(`no such route: ${route}`);
    return sendError(response, 404, "no such route");
  });
  return {
    url: `${server.url}/v1`,
    apiKey,
    usage,
    next: (to) => (situation = to),
    seen: () => seen,
    complaints: () => complaints,
    stop: server.stop,
  };
}

function problemOf({ headers }: IncomingMessage, body: Body): string | undefined {
  if (headers["content-type"] !== "application/json") return `content-type is ${headers["content-type"]}`;
  const unknown = Object.keys(body).find((name) => !fields.has(name));
  if (unknown !== undefined) return `Unrecognized request argument supplied: ${unknown}`;
  if (body["stream_options"] !== undefined && body["stream"] !== true) return "stream_options needs stream";
  const isGood = ({ role, content }: Body["messages"][number]): boolean =>
    ["system", "user"].includes(role) && typeof content === "string";
  if (!body.messages.every(isGood)) return "messages: a role or a content is wrong";
  return formatProblem(body["response_format"]);
}

function formatProblem(format: unknown): string | undefined {
  if (format === undefined) return undefined;
  const { type, json_schema: wanted } = format as { type: string; json_schema: Record<string, unknown> };
  if (type !== "json_schema" || typeof wanted !== "object") return "response_format.type must be json_schema";
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(String(wanted["name"]))) return "response_format.json_schema.name is wrong";
  if (typeof wanted["schema"] !== "object") return "response_format.json_schema.schema is missing";
  // The reference: strict takes closed objects with every property required only.
  return wanted["strict"] === true && !isStrictSchema(wanted["schema"] as never)
    ? "Invalid schema: not strict"
    : undefined;
}

function questionOf({ messages, response_format: format }: Body): SeenQuestion {
  const said = (role: string) => messages.find((message) => message.role === role)?.content;
  const system = said("system");
  return {
    prompt: said("user") ?? "",
    ...(system === undefined ? {} : { system }),
    ...(format === undefined ? {} : { schema: format.json_schema.schema }),
  };
}

type Scene = {
  readonly situation: LlmSituation;
  readonly response: ServerResponse;
  readonly model: string;
  readonly usage: ScriptedServer["usage"];
  /** Some servers repeat the key. */
  readonly key: string;
};

function play({ situation, response, model, usage, key }: Scene): void {
  if ("hangs" in situation) return;
  if ("status" in situation) {
    if (situation.retryAfterSeconds !== undefined) response.setHeader("retry-after", situation.retryAfterSeconds);
    return sendError(response, situation.status, `scripted\nfor ${key}`);
  }
  const base = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model };
  const send = (part: object): void => void response.write(`data: ${JSON.stringify({ ...base, ...part })}\n\n`);
  const delta = (content: object, finish: string | null): void =>
    send({ choices: [{ index: 0, delta: content, finish_reason: finish }], usage: null });
  response.setHeader("content-type", "text/event-stream");
  delta({ role: "assistant", content: "" }, null);
  for (const content of piecesOf(wordsOf(situation))) delta({ content }, null);
  if ("breaksAfter" in situation) return void response.destroy();
  delta({}, "cutAfter" in situation ? "length" : "stop");
  send({
    choices: [],
    usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens, total_tokens: 0 },
  });
  response.end("data: [DONE]\n\n");
}

function wordsOf(situation: LlmSituation): string {
  if ("cutAfter" in situation) return situation.cutAfter;
  if ("breaksAfter" in situation) return situation.breaksAfter;
  if (!("says" in situation)) return "";
  return typeof situation.says === "string" ? situation.says : JSON.stringify(situation.says);
}

const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { error: { message, type: "invalid_request_error", param: null, code: null } });
