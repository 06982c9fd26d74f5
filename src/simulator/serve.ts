import type { IncomingMessage, ServerResponse } from "node:http";
import { countRequests } from "./recorded-request.ts";
import type { Scenario } from "./scenario-schema.ts";
import { sendJson } from "./send-answer.ts";
import { readBody, serveMessages, type Context } from "./serve-messages.ts";

const pathOf = (request: IncomingMessage): string => new URL(request.url ?? "/", "http://localhost").pathname;

function modelList(scenario: Scenario): unknown {
  const named = scenario.rules.flatMap(({ match }) => match.model ?? []);
  const ids = [...new Set([...named, "claude-simulated"])];
  return { data: ids.map((id) => ({ type: "model", id, display_name: id })), has_more: false };
}

function otherBody(scenario: Scenario, path: string, body: string): unknown {
  if (path === "/v1/messages/count_tokens") return { input_tokens: Math.ceil(body.length / 4) };
  return path === "/v1/models" ? modelList(scenario) : {};
}

/** Whatever else an agent asks at its start gets a harmless 200. */
async function serveOther(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const record = context.log.open({ kind: "other", method: request.method ?? "GET", path: request.url ?? "/" });
  sendJson(response, otherBody(context.scenario, pathOf(request), body));
  record.end({ outcome: "answered", status: 200 });
}

/** Answers one request. The paths below `/__simulator/` are for tests in other processes. */
export async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  const { requests } = context.log;
  if (path === "/__simulator/health") return sendJson(response, { status: "ok", requests: requests.length });
  if (path === "/__simulator/requests") return sendJson(response, { requests, counts: countRequests(requests) });
  if (path === "/v1/messages" && request.method === "POST") return serveMessages(context, request, response);
  return serveOther(context, request, response);
}
