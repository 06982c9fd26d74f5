import type { SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";
import { noUsage, type Usage } from "../../domain/budget/usage.ts";
import { TuttiError, type ErrorCode } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { AgentFailure, AgentOutcome } from "../port.ts";
import type { ClaudeStream } from "./claude-stream.ts";
import { failureOf } from "../turn-guard.ts";
import { noStructuredResult, refusalOf } from "./turn-failure.ts";
import type { TurnRecorder } from "./turn-recorder.ts";
import { usageOf, usageSince } from "./turn-usage.ts";

export type EndedTurn = {
  readonly stream: ClaudeStream;
  readonly recorder: TurnRecorder;
  /** Totals of the conversation before this turn; `undefined` = not known. */
  readonly totalsBefore: Usage | undefined;
  /** Absent when the process died, or was killed, before it gave one. */
  readonly result: SDKResultMessage | undefined;
  /** Why we ended the turn; absent when we did not. */
  readonly stopped: AgentFailure | undefined;
  readonly durationMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
};

const died = (words: string): TuttiError =>
  new TuttiError("AGENT_FAILED", `Claude Code ended in the middle of its turn (${words}).`, { failureClass: "killed" });

/** `finished` only for a result that is no error, of a turn that nobody aborted, with the structured result if one was asked for. */
export function outcomeOf(turn: EndedTurn): AgentOutcome {
  const { stream, recorder, result } = turn;
  const verdict = verdictOf(turn);
  const facts = {
    ...(recorder.hasBegun ? { sessionId: stream.conversation } : {}),
    text: textOf(result, recorder),
    usage: turnUsage(turn),
    permissionDenials: recorder.denials,
    durationMs: turn.durationMs,
  };
  return "failure" in verdict
    ? { status: "failed", ...facts, failure: verdict.failure }
    : { status: "finished", ...facts, ...verdict };
}

const endsTurn: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["ABORTED", "PERMISSION_REQUIRED"]);

type Verdict = { readonly failure: AgentFailure } | { readonly result?: Json; readonly isTruncated?: true };

function verdictOf({ stream, recorder, result, stopped, now }: EndedTurn): Verdict {
  const isGood = result !== undefined && !result.is_error && result.subtype === "success";
  const isFinal = stopped !== undefined && endsTurn.has(stopped.error.code);
  // A turn that ended well while we were about to stop it is done; only an abort says that nobody wants it any more, and one
  // that asked for a permission is not done, whatever it says.
  if (stopped !== undefined && (isFinal || !isGood)) return { failure: stopped };
  if (result === undefined) return { failure: failureOf(died(stream.process.lastWords)) };
  if (!isGood) return { failure: refusalOf(result, recorder, now) };
  return structured(stream, result);
}

function structured(stream: ClaudeStream, result: Extract<SDKResultMessage, { subtype: "success" }>): Verdict {
  if (!stream.wantsResult) return result.stop_reason === "max_tokens" ? { isTruncated: true } : {};
  const parsed = z.json().safeParse(result.structured_output);
  if (result.structured_output === undefined || !parsed.success) {
    return { failure: failureOf(noStructuredResult(result.result)) };
  }
  return { result: parsed.data };
}

const textOf = (result: SDKResultMessage | undefined, recorder: TurnRecorder): string =>
  result?.subtype === "success" && !result.is_error ? result.result : recorder.text;

const sinceLastResult = z.record(
  z.string(),
  z.looseObject({
    inputTokens: z.number(),
    outputTokens: z.number(),
    cacheReadInputTokens: z.number(),
    cacheCreationInputTokens: z.number(),
    costUSD: z.number(),
    costBasis: z.enum(["list", "managed", "unknown"]).exactOptional(),
  }),
);

/**
 * What this turn used. `claude` counts a conversation's totals, also over a resume, and tells what came on top since its
 * last result; an older one tells the totals only. Without a result there is what was seen streaming.
 */
function turnUsage({ recorder, result, totalsBefore }: EndedTurn): Usage {
  if (result === undefined) return recorder.streamedUsage;
  const added = sinceLastResult.safeParse(Reflect.get(result, "model_usage_since_last_result"));
  const reported = added.success ? usageSince(usageOf(added.data), noUsage) : sinceBefore(result, totalsBefore);
  return Object.keys(reported).length === 0 ? recorder.streamedUsage : reported;
}

function sinceBefore(result: SDKResultMessage, before: Usage | undefined): Usage {
  return before === undefined ? noUsage : usageSince(usageOf(result.modelUsage), before);
}
