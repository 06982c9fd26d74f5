import type { AgentOutcome } from "../../agents/port.ts";
import type { JsonObject } from "../../domain/json.ts";

/** What a turn came to, for the history. It is redacted already. */
export function answerText(outcome: AgentOutcome): { readonly text: string; readonly data: JsonObject } {
  const { status, durationMs } = outcome;
  if (outcome.status === "failed") {
    const { code, message } = outcome.failure.error;
    return { text: outcome.text === "" ? message : outcome.text, data: { status, durationMs, code, message } };
  }
  const { result, text } = outcome;
  if (result === undefined) return { text, data: { status, durationMs } };
  return { text: text === "" ? JSON.stringify(result) : text, data: { status, durationMs, result } };
}
