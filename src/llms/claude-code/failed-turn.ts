import type { AgentFailure } from "../../agents/port.ts";
import { modelAliases } from "../../domain/budget/model-alias.ts";
import { errorToJson, TuttiError, type ErrorCode } from "../../domain/errors.ts";
import type { FailureClass } from "../../domain/failure/failure-class.ts";
import type { LlmFailure } from "../port.ts";
import { toldLine } from "../server-failure.ts";

export type FailureOptions = {
  readonly model: string;
  readonly redact: (text: string) => string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
};

const cut = /output token maximum/i;

/** Whether a turn ended because its answer did not fit into the tokens that it had. */
export const isCutAnswer = ({ error }: AgentFailure): boolean => cut.test(error.message);

/** What a failed turn of the agent means for the question. */
export function turnFailure(failure: AgentFailure, { model, redact, now }: FailureOptions): LlmFailure {
  const { error } = failure;
  const kind = kindOf(failure);
  const retryAfterMs = failure.resetAt === undefined ? failure.retryAfterMs : Math.max(0, failure.resetAt - now);
  const told = { kind, message: toldLine(redact(error.message)) };
  if (error.code === "AGENT_UNAUTHENTICATED") return { ...told, ...notLoggedIn };
  if (error.code === "MODEL_UNKNOWN") return { ...told, ...unknownModel(model) };
  const hint = error.hint ?? hints[kind];
  return {
    ...told,
    ...(hint === undefined ? {} : { hint }),
    ...(kind === "rate-limited" && retryAfterMs !== undefined ? { retryAfterMs } : {}),
  };
}

/** The agent could not even start. */
export const startFailure = (thrown: unknown, options: FailureOptions): LlmFailure =>
  turnFailure({ error: errorToJson(TuttiError.from(thrown, "AGENT_FAILED")) }, options);

const byCode: Partial<Record<ErrorCode, LlmFailure["kind"]>> = {
  AGENT_NOT_FOUND: "refused",
  AGENT_UNAUTHENTICATED: "refused",
  SETUP_FAILED: "refused",
  MODEL_UNKNOWN: "refused",
  QUOTA_EXHAUSTED: "rate-limited",
  AGENT_TIMED_OUT: "unavailable",
  AGENT_CONTRACT_BROKEN: "malformed",
};

const byClass: Partial<Record<FailureClass, LlmFailure["kind"]>> = { rate_limited: "rate-limited" };

function kindOf({ error: { code, failureClass, context, message } }: AgentFailure): LlmFailure["kind"] {
  const known = byCode[code] ?? byClass[failureClass];
  if (known !== undefined) return known;
  const status = context?.["status"];
  if (failureClass !== "recoverable") return "unavailable";
  // It was asked: either the server won't take the question, or the model would not answer it.
  return typeof status === "number" || /prompt is too long/i.test(message) ? "refused" : "malformed";
}

const hints: Partial<Record<LlmFailure["kind"], string>> = {
  unavailable: "Check the network, and whether claude answers in a terminal",
};

const notLoggedIn: Pick<LlmFailure, "message" | "hint"> = {
  message: "Claude Code's login was not accepted",
  hint: "Run claude and log in, or set a valid ANTHROPIC_API_KEY",
};

const unknownModel = (model: string): Pick<LlmFailure, "message" | "hint"> => ({
  message: `Claude Code knows no model "${model}"; it has ${modelAliases.join(", ")} and full names`,
  hint: "Set supervisor.model to one of these",
});
