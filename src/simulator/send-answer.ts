import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { cutPoint, errorEvent, streamOf } from "./message-stream.ts";
import { wireMessage } from "./model-message.ts";
import type { Answer } from "./plan-answer.ts";
import type { RequestEnd } from "./request-log.ts";
import type { ScenarioFault, ScenarioLimits, StatusFault } from "./scenario-schema.ts";
import { errorBody, errorHeaders, errorObject, rateLimitHeaders } from "./wire-error.ts";

export type Exchange = {
  readonly response: ServerResponse;
  readonly isStreaming: boolean;
  readonly requestId: string;
  /** What good answers say of the account. */
  readonly limits?: ScenarioLimits | undefined;
  /** Fires when the client leaves or the simulator closes. */
  readonly left: AbortSignal;
};

type Reply = { readonly status?: number; readonly headers?: Record<string, string> };

export function sendJson(response: ServerResponse, body: unknown, { status = 200, headers = {} }: Reply = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function beginStream({ response, requestId, limits }: Exchange): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": requestId,
    ...rateLimitHeaders(Date.now(), limits),
  });
}

function refuse(exchange: Exchange, fault: StatusFault): RequestEnd {
  const headers = { "request-id": exchange.requestId, ...errorHeaders(fault, Date.now()) };
  sendJson(exchange.response, errorBody(fault, exchange.requestId), { status: fault.status, headers });
  return { outcome: "answered", status: fault.status };
}

/** Sends the first half of the stream; the client sees it before whatever comes next. */
async function sendHalf(exchange: Exchange, answer: Answer): Promise<void> {
  const events = streamOf(answer.message);
  beginStream(exchange);
  const half = events.slice(0, cutPoint(events)).join("");
  await new Promise<void>((resolve) => exchange.response.write(half, () => resolve()));
}

async function refuseInStream(exchange: Exchange, answer: Answer, fault: StatusFault): Promise<RequestEnd> {
  await sendHalf(exchange, answer);
  exchange.response.end(errorEvent(errorObject(fault)));
  return { outcome: "answered", status: 200 };
}

const untilGone = (left: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (left.aborted) resolve();
    else left.addEventListener("abort", () => resolve(), { once: true });
  });

async function breakOff(exchange: Exchange, answer: Answer, fault: CutFault): Promise<RequestEnd> {
  const place = "hang" in fault ? fault.hang : fault.disconnect;
  if (place === "midStream") await sendHalf(exchange, answer);
  const status = exchange.response.headersSent ? { status: 200 } : {};
  if ("hang" in fault) {
    await untilGone(exchange.left);
    return { outcome: "aborted", ...status };
  }
  exchange.response.socket?.destroy();
  return { outcome: "cut", ...status };
}

type CutFault = Exclude<ScenarioFault, StatusFault>;

function goWrong(exchange: Exchange, answer: Answer, fault: ScenarioFault): Promise<RequestEnd> | RequestEnd {
  if (!("status" in fault)) return breakOff(exchange, answer, fault);
  const isInStream = fault.midStream && exchange.isStreaming;
  return isInStream ? refuseInStream(exchange, answer, fault) : refuse(exchange, fault);
}

function complete(exchange: Exchange, answer: Answer): RequestEnd {
  if (exchange.isStreaming) {
    beginStream(exchange);
    exchange.response.end(streamOf(answer.message).join(""));
  } else {
    const headers = { "request-id": exchange.requestId, ...rateLimitHeaders(Date.now(), exchange.limits) };
    sendJson(exchange.response, wireMessage(answer.message), { headers });
  }
  return { outcome: "answered", status: 200, usage: answer.message.usage };
}

async function wait(delayMs: number, left: AbortSignal): Promise<void> {
  if (delayMs > 0) await Promise.race([sleep(delayMs, undefined, { ref: false }), untilGone(left)]);
}

/** Sends the answer, or the fault that is due, and says how it ended. */
export async function sendAnswer(
  exchange: Exchange,
  answer: Answer,
  fault: ScenarioFault | undefined,
): Promise<RequestEnd> {
  await wait(answer.delayMs, exchange.left);
  if (exchange.left.aborted) return { outcome: "aborted" };
  if (fault !== undefined) return goWrong(exchange, answer, fault);
  return complete(exchange, answer);
}
