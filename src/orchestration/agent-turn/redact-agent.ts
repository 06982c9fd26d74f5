import type { AgentEvent, AgentOutcome } from "../../agents/port.ts";
import type { ErrorJson } from "../../domain/errors.ts";
import type { Services } from "../services.ts";

type Redactor = Pick<Services, "redact" | "redactJson">;

/** What a turn came to, with every text of the agent and of the model server redacted: nothing else of it is stored or shown. */
export function redactOutcome(outcome: AgentOutcome, { redact, redactJson }: Redactor): AgentOutcome {
  const said = {
    text: redact(outcome.text),
    permissionDenials: outcome.permissionDenials.map(({ tool, summary }) => ({ tool, summary: redact(summary) })),
  };
  if (outcome.status === "finished") {
    const { result } = outcome;
    return { ...outcome, ...said, ...(result === undefined ? {} : { result: redactJson(result) }) };
  }
  const error = redactError(outcome.failure.error, { redact, redactJson });
  return { ...outcome, ...said, failure: { ...outcome.failure, error } };
}

/** An error may quote what a server or a command said. */
export const redactError = (error: ErrorJson, { redact, redactJson }: Redactor): ErrorJson => ({
  ...error,
  message: redact(error.message),
  context: redactJson(error.context),
});

/** The same for what a turn shows while it runs. */
export function redactEvent(event: AgentEvent, { redact }: Redactor): AgentEvent {
  if (event.type === "text") return { ...event, text: redact(event.text) };
  if (event.type === "tool-started" || event.type === "permission-denied") {
    return { ...event, summary: redact(event.summary) };
  }
  return event;
}
