import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultCounter } from "./fault-counter.ts";
import { MessagesRequest } from "./messages-request.ts";
import { planAnswer, type Answer } from "./plan-answer.ts";
import type { RequestLog } from "./request-log.ts";
import type { Scenario, ScenarioFault } from "./scenario-schema.ts";
import { sendAnswer, sendJson } from "./send-answer.ts";
import { countTokens, type PromptTokens, type TokenMeter } from "./token-meter.ts";

export type Context = {
  readonly scenario: Scenario;
  readonly log: RequestLog;
  readonly faults: FaultCounter;
  readonly meter: TokenMeter;
};

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function whenLeft(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function parseBody(body: string): MessagesRequest | undefined {
  try {
    return MessagesRequest.safeParse(JSON.parse(body)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function faultText(fault: ScenarioFault | undefined): { fault?: string } {
  if (fault === undefined) return {};
  if ("status" in fault) return { fault: `status ${fault.status}` };
  return { fault: "hang" in fault ? `hang ${fault.hang}` : `disconnect ${fault.disconnect}` };
}

/** What a turn says of itself goes first. */
function withCount(answer: Answer, prompt: PromptTokens): Answer {
  if (answer.hasOwnUsage) return answer;
  const usage = { ...prompt, outputTokens: countTokens(answer.message.content) };
  return { ...answer, message: { ...answer.message, usage } };
}

const sessionOf = ({ headers }: IncomingMessage): string | undefined => [headers["x-claude-code-session-id"]].flat()[0];

/** Answers `POST /v1/messages`. */
export async function serveMessages(
  { scenario, log, faults, meter }: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const left = whenLeft(response);
  const parsed = parseBody(await readBody(request));
  const nonce = randomUUID().replaceAll("-", "").slice(0, 16);
  const requestId = `req_sim_${nonce}`;
  if (parsed === undefined) {
    const error = { type: "invalid_request_error", message: "Not a Messages API request." };
    return sendJson(response, { type: "error", error, request_id: requestId }, { status: 400 });
  }
  const planned = planAnswer(scenario, parsed, nonce);
  const sessionId = sessionOf(request);
  const answer = scenario.usage === "counted" ? withCount(planned, meter.meter(parsed, Date.now())) : planned;
  const whom = answer.facts.task ?? sessionId ?? "";
  const isScripted = answer.facts.kind !== "auxiliary";
  const fault = isScripted ? faults.take(`${answer.faultKey}/${whom}`, answer.fault, Date.now()) : undefined;
  const record = log.open({
    ...answer.facts,
    method: request.method ?? "POST",
    path: request.url ?? "/",
    ...(sessionId === undefined ? {} : { sessionId }),
    ...faultText(fault),
  });
  left.addEventListener("abort", () => record.end({ outcome: "aborted" }));
  const exchange = { response, isStreaming: parsed.stream, requestId, left, limits: scenario.limits };
  record.end(await sendAnswer(exchange, answer, fault));
}
