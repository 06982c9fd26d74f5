import type { IncomingMessage, ServerResponse } from "node:http";

import type { Json } from "../../src/domain/json.ts";
import type { LlmSituation, ScriptedServer, SeenQuestion } from "../../src/testing/llm-conformance.ts";
import { loopbackServer, piecesOf, sendJson, type Exchange } from "./loopback-server.ts";

export type Tool = { readonly name: string; readonly input_schema: Readonly<Record<string, Json>> };

type Body = Readonly<Record<string, unknown>> & {
  readonly model: string;
  readonly max_tokens: number;
  readonly system?: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools?: readonly Tool[];
};

const fields = new Set(["model", "max_tokens", "system", "messages", "stream", "tools", "tool_choice"]);

/** A server that speaks Anthropic's Messages API, and refuses what its reference does not allow. */
export async function fakeAnthropic(models: readonly string[]): Promise<ScriptedServer & { readonly url: string }> {
  const [seen, complaints]: [SeenQuestion[], string[]] = [[], []];
  const apiKey = "sk-ant-0123456789abcdef";
  const usage = { inputTokens: 34, outputTokens: 5 };
  let situation: LlmSituation = { says: "yes" };
  const messages = ({ request, response, body: text }: Exchange): void => {
    const body: Body = JSON.parse(text);
    const problem = problemOf(request, body);
    if (problem !== undefined) {
      complaints.push(problem);
      return sendError(response, 400, problem);
    }
    if (!models.includes(body.model)) return sendError(response, 404, `model: ${body.model}`);
    seen.push(questionOf(body));
    const [tool] = body.tools ?? [];
    play({ situation, response, model: body.model, tool, usage, key: apiKey });
  };
  const server = await loopbackServer((exchange) => {
    const { request, response } = exchange;
    if (request.headers.authorization !== `Bearer ${apiKey}`) return sendError(response, 401, "invalid API key");
    const route = `${request.method} ${request.url?.replace(/\?.*$/, "")}`;
    if (route === "POST /v1/messages") return messages(exchange);
    const data = models.map((id) => ({ type: "model", id, display_name: id, created_at: "2026-01-01T00:00:00Z" }));
    const page = { data, has_more: false, first_id: models[0], last_id: models.at(-1) };
    if (route === "GET /v1/models") return sendJson(response, 200, page);
    complaints.push(`no such route: ${route}`);
    return sendError(response, 404, "no such route");
  });
  return {
    url: server.url,
    apiKey,
    usage,
    next: (to) => (situation = to),
    seen: () => seen,
    complaints: () => complaints,
    stop: server.stop,
  };
}

function problemOf({ headers }: IncomingMessage, body: Body): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(String(headers["anthropic-version"]))) return "anthropic-version: header is required";
  if (headers["content-type"] !== "application/json") return `content-type is ${headers["content-type"]}`;
  const unknown = Object.keys(body).find((name) => !fields.has(name));
  if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`;
  if (!Number.isInteger(body.max_tokens) || body.max_tokens < 1) return "max_tokens: Field required";
  if (body.messages[0]?.role !== "user" || body.messages.length !== 1) return "messages: one question of the user's";
  return toolProblem(body);
}

function toolProblem({ tools, tool_choice: choice }: Body): string | undefined {
  if (tools === undefined) return choice === undefined ? undefined : "tool_choice may only be specified with tools";
  const bad = tools.find(
    ({ name, input_schema: schema }) => !/^[\w-]{1,64}$/.test(name) || schema["type"] !== "object",
  );
  if (bad !== undefined) return `tools: ${bad.name} is wrong`;
  const { type, name } = choice as { type: string; name: string };
  return type === "tool" && tools.some((tool) => tool.name === name) ? undefined : "tool_choice: no such tool";
}

const isWrapped = ({ input_schema: { properties } }: Tool): boolean =>
  Object.keys(properties as object).join(",") === "answer";

/** The schema that was asked for: another than an object's is inside an object with one property. */
export const schemaIn = (tool: Tool): Json =>
  isWrapped(tool) ? (tool.input_schema["properties"] as { answer: Json }).answer : tool.input_schema;

function questionOf({ system, messages, tools }: Body): SeenQuestion {
  const [tool] = tools ?? [];
  const schema = tool && schemaIn(tool);
  return {
    prompt: messages[0]?.content ?? "",
    ...(system === undefined ? {} : { system }),
    ...(schema === undefined ? {} : { schema }),
  };
}

type Scene = {
  readonly situation: LlmSituation;
  readonly response: ServerResponse;
  readonly model: string;
  /** In whose input a structured answer is. */
  readonly tool: Tool | undefined;
  readonly usage: ScriptedServer["usage"];
  /** Some servers repeat the key. */
  readonly key: string;
};

export function play({ situation, response, model, tool, usage, key }: Scene): void {
  if ("hangs" in situation) return;
  if ("status" in situation) {
    if (situation.retryAfterSeconds !== undefined) response.setHeader("retry-after", situation.retryAfterSeconds);
    return sendError(response, situation.status, `scripted\nfor ${key}`);
  }
  const send = (event: { readonly type: string; readonly [field: string]: unknown }): void =>
    void response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.setHeader("content-type", "text/event-stream");
  const counts = { input_tokens: usage.inputTokens, output_tokens: 1 };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], usage: counts };
  send({ type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null } });
  const input = tool === undefined ? undefined : inputFor(tool, situation);
  const block =
    input === undefined ? { type: "text", text: "" } : { type: "tool_use", id: "toolu_1", name: tool?.name, input: {} };
  send({ type: "content_block_start", index: 0, content_block: block });
  for (const piece of piecesOf(input ?? wordsOf(situation))) {
    const delta =
      input === undefined ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
    send({ type: "content_block_delta", index: 0, delta });
  }
  if ("breaksAfter" in situation) return void response.destroy();
  send({ type: "content_block_stop", index: 0 });
  const ended = input === undefined ? "end_turn" : "tool_use";
  const delta = { stop_reason: "cutAfter" in situation ? "max_tokens" : ended, stop_sequence: null };
  send({ type: "message_delta", delta, usage: { output_tokens: usage.outputTokens } });
  send({ type: "message_stop" });
  response.end();
}

/** A tool's input is an object always: a model that only talks does not call it. */
function inputFor(tool: Tool, situation: LlmSituation): string | undefined {
  if (!("says" in situation) || typeof situation.says === "string") return undefined;
  return JSON.stringify(isWrapped(tool) ? { answer: situation.says } : situation.says);
}

function wordsOf(situation: LlmSituation): string {
  if ("cutAfter" in situation) return situation.cutAfter;
  if ("breaksAfter" in situation) return situation.breaksAfter;
  return "says" in situation && typeof situation.says === "string" ? situation.says : "";
}

export const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { type: "error", error: { type: "invalid_request_error", message } });
