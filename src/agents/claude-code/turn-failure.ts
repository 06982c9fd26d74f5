import type { SDKMessage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { classifyApiError } from "../../domain/failure/classify.ts";
import type { AgentFailure } from "../port.ts";
import { failureOf } from "../turn-guard.ts";
import type { TurnRecorder } from "./turn-recorder.ts";

/** Fields that `claude` sends and the SDK's types leave out. */
const readText = (message: object, name: string): string | undefined => {
  const value: unknown = Reflect.get(message, name);
  return typeof value === "string" ? value : undefined;
};

const readStatus = (message: object): number | undefined => {
  const value: unknown = Reflect.get(message, "api_error_status");
  return typeof value === "number" ? value : undefined;
};

export const messageOf = (result: SDKResultMessage): string =>
  result.subtype === "success" ? result.result : result.errors.join("\n");

const cannotResume = /No conversation found|Failed to resume session/;

const missingResult = (detail: string): TuttiError =>
  new TuttiError("AGENT_CONTRACT_BROKEN", `The agent gave no result of the form that was asked for: ${detail}`, {
    failureClass: "recoverable",
  });

export const noStructuredResult = (text: string): TuttiError =>
  missingResult(text === "" ? "it said nothing." : `it said "${text.slice(0, 200)}".`);

/** Failures that `claude` itself names, before any question of what a model server meant. */
function ownFailure(result: SDKResultMessage): TuttiError | undefined {
  const message = messageOf(result);
  if (cannotResume.test(message)) {
    return new TuttiError("AGENT_FAILED", message, { failureClass: "recoverable", context: { resume: "impossible" } });
  }
  if (result.subtype === "error_max_structured_output_retries") return missingResult(message);
  if (result.subtype === "error_max_budget_usd") {
    return new TuttiError("BUDGET_EXCEEDED", "The conversation has cost more than Claude Code was allowed to spend.", {
      failureClass: "exhausted",
      context: { level: "conversation" },
    });
  }
  if (result.subtype === "error_max_turns") {
    return new TuttiError("AGENT_FAILED", "The agent used up its turns.", { failureClass: "recoverable" });
  }
  if (result.terminal_reason?.startsWith("aborted") === true) {
    return new TuttiError("ABORTED", "The turn was interrupted.", { failureClass: "killed" });
  }
  const startup = readText(result, "startup_failure_reason");
  if (startup === undefined) return undefined;
  return new TuttiError("AGENT_FAILED", message, { context: { startup } });
}

function kindOf(result: SDKResultMessage, recorder: TurnRecorder): string | undefined {
  if (result.terminal_reason === "prompt_too_long") return "prompt_too_long";
  if (result.stop_reason === "refusal") return "refusal";
  const told = [readText(result, "api_error"), recorder.errorKind, readText(result, "api_error_type")];
  return told.find((kind) => kind !== undefined && kind !== "unknown");
}

/** What the model server's refusal means; the reset time comes by its own message, the wait by the last retry. */
export function refusalOf(result: SDKResultMessage, recorder: TurnRecorder, now: number): AgentFailure {
  const own = ownFailure(result);
  if (own !== undefined) return failureOf(own);
  const message = messageOf(result);
  const status = readStatus(result);
  const kind = kindOf(result, recorder);
  const { rateLimit, lastRetry } = recorder;
  const resetsAt = rateLimit?.status === "rejected" ? rateLimit.resetsAt : undefined;
  const isLimited = status === 429;
  return apiFailure(
    {
      message,
      ...(status === undefined ? {} : { status }),
      ...(kind === undefined ? {} : { kind }),
      ...(resetsAt === undefined ? {} : { resetAt: resetsAt * 1000 }),
      ...(isLimited && lastRetry !== undefined ? { retryAfterMs: lastRetry.delayMs } : {}),
      ...(isLimited && lastRetry === undefined ? { isWaitTooLong: true } : {}),
    },
    now,
  );
}

/** A repeat that `claude` would wait for longer than we let it hold a slot. */
export function tooLongRetry(message: SDKMessage, maxWaitMs: number, now: number): AgentFailure | undefined {
  if (message.type !== "system" || message.subtype !== "api_retry" || message.retry_delay_ms <= maxWaitMs) {
    return undefined;
  }
  const { error, error_status: status, retry_delay_ms: retryAfterMs } = message;
  if (status === null) {
    return apiFailure({ message: "The model server gave no answer.", kind: "connection_failed", retryAfterMs }, now);
  }
  const seconds = Math.ceil(retryAfterMs / 1000);
  const text = `The model server answered ${status} and wants a pause of ${seconds} s.`;
  return apiFailure({ message: text, kind: error, retryAfterMs, status }, now);
}

function apiFailure(error: Parameters<typeof classifyApiError>[0], now: number): AgentFailure {
  const { code, failureClass, hint, retryAfterMs, resetAt } = classifyApiError(error, now);
  const context = error.status === undefined ? {} : { status: error.status };
  const thrown = new TuttiError(code, error.message, {
    failureClass,
    context,
    ...(hint === undefined ? {} : { hint }),
  });
  return {
    error: errorToJson(thrown),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}
