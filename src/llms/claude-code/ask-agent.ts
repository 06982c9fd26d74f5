import type { AgentOutcome } from "../../agents/port.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import { NoReply, type Reply } from "../answer-request.ts";
import { objectSchema, unwrapped } from "../object-answer.ts";
import type { LlmRequest, LlmUsage } from "../port.ts";
import { isCutAnswer, turnFailure } from "./failed-turn.ts";
import type { SessionKind, WarmSessions } from "./warm-sessions.ts";

export type AskedAgent = {
  readonly sessions: WarmSessions;
  readonly request: LlmRequest;
  readonly effort: SessionKind["effort"] & {};
  readonly redact: (text: string) => string;
};

/** One question in one turn. @throws {NoReply} */
export async function askAgent({ sessions, request, effort, redact }: AskedAgent, signal: AbortSignal): Promise<Reply> {
  const { prompt, timeoutMs, model, onText } = request;
  const outcome = await sessions.use({ ...kindOf(request), effort }, signal, (session, until) =>
    session.doTurn({ prompt, signal: until, timeoutMs, stallTimeoutMs: timeoutMs, onEvent: () => undefined }),
  );
  const usage = usageOf(outcome);
  const isCut = isCutShort(outcome, usage, request);
  if (outcome.status === "failed" && !isCut) {
    throw new NoReply(turnFailure(outcome.failure, { model, redact, now: Date.now() }), usage);
  }
  const text = textOf(outcome, request);
  onText?.(text);
  return { text, usage: usage ?? nothing, model: answeredBy(outcome) ?? model, isCut };
}

/**
 * Claude Code goes on by itself where an answer was cut, and then shows the last part alone: more output than fits into one answer is
 * such a one. A structured answer is whole.
 */
function isCutShort(outcome: AgentOutcome, usage: LlmUsage | undefined, { maxOutputTokens }: LlmRequest): boolean {
  if (outcome.status === "failed") return isCutAnswer(outcome.failure);
  if (outcome.isTruncated === true) return true;
  return outcome.result === undefined && (usage?.outputTokens ?? 0) > maxOutputTokens;
}

/** A value that is not what the schema asks for is not asked for again here. */
const kindOf = ({ model, system, schema, maxOutputTokens }: LlmRequest): SessionKind => ({
  model,
  ...(system === undefined ? {} : { systemPrompt: system }),
  ...(schema === undefined ? {} : { resultSchema: objectSchema(schema) }),
  env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutputTokens), MAX_STRUCTURED_OUTPUT_RETRIES: "1" },
});

function textOf(outcome: AgentOutcome, { schema }: LlmRequest): string {
  if (schema === undefined || outcome.status === "failed" || outcome.result === undefined) return outcome.text;
  return unwrapped(JSON.stringify(outcome.result), schema);
}

const nothing: LlmUsage = { inputTokens: 0, outputTokens: 0 };

function usageOf({ usage }: AgentOutcome): LlmUsage | undefined {
  if (Object.keys(usage).length === 0) return undefined;
  const { totalTokens: _sum, costUsd, ...tokens } = totalUsage(usage);
  return { ...tokens, ...(costUsd === null ? {} : { costUsd }) };
}

/** By its full name. */
const answeredBy = ({ usage }: AgentOutcome): string | undefined =>
  Object.entries(usage).toSorted(([, a], [, b]) => b.outputTokens - a.outputTokens)[0]?.[0];
