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
  readonly redact: (text: string) => string;
};

/** One question in one turn. @throws {NoReply} */
export async function askAgent({ sessions, request, redact }: AskedAgent, signal: AbortSignal): Promise<Reply> {
  const { prompt, timeoutMs, model, onText } = request;
  const said: string[] = [];
  const outcome = await sessions.use(kindOf(request), signal, (session, until) =>
    session.doTurn({
      prompt,
      signal: until,
      timeoutMs,
      stallTimeoutMs: timeoutMs,
      onEvent: (event) => {
        if (event.type === "text") said.push(event.text);
      },
    }),
  );
  const usage = usageOf(outcome);
  const isCut = outcome.status === "finished" ? outcome.isTruncated === true : isCutAnswer(outcome.failure);
  if (outcome.status === "failed" && !isCut) {
    throw new NoReply(turnFailure(outcome.failure, { model, redact, now: Date.now() }), usage);
  }
  const text = textOf(outcome, said, request);
  onText?.(text);
  return { text, usage: usage ?? nothing, model: answeredBy(outcome) ?? model, isCut };
}

/**
 * A question is read and answered: it needs little thought, and thoughts count as output. A value that is not what the schema asks for is
 * not asked for again here.
 */
const kindOf = ({ model, system, schema, maxOutputTokens }: LlmRequest): SessionKind => ({
  model,
  effort: "low",
  ...(system === undefined ? {} : { systemPrompt: system }),
  ...(schema === undefined ? {} : { resultSchema: objectSchema(schema) }),
  env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxOutputTokens), MAX_STRUCTURED_OUTPUT_RETRIES: "1" },
});

/** An answer that has no room left goes on in another message: all of them together are the answer. */
function textOf(outcome: AgentOutcome, said: readonly string[], { schema }: LlmRequest): string {
  const isStructured = schema !== undefined && outcome.status === "finished" && outcome.result !== undefined;
  if (isStructured) return unwrapped(JSON.stringify(outcome.result), schema);
  return said.length === 0 ? outcome.text : said.join("");
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
