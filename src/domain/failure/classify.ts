import type { ErrorCode } from "../errors.ts";
import type { FailureClass } from "./failure-class.ts";

/** What is known of a refusal by a model server, whoever tells it. */
export type ApiError = {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** The error's own kind, for example `overloaded_error` or `billing_error`. */
  readonly kind?: string;
  readonly message: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** When the quota comes back, in milliseconds since the Unix epoch. */
  readonly resetAt?: number;
  /** The client gave up without a retry, because the wait that the server asks for is too long for it. */
  readonly isWaitTooLong?: boolean;
};

export type ApiErrorVerdict = {
  readonly failureClass: FailureClass;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly retryAfterMs?: number;
  readonly resetAt?: number;
};

/** A longer wait than this is not a rate limit that passes by itself but a used-up quota. */
const longestRateLimitMs = 60_000;

const contextFull = /prompt is too long|output token maximum|context window limit/i;

/** Whether a turn failed because its conversation, or its answer, has no room left. */
export const isContextFull = (message: string): boolean => contextFull.test(message);

type Rule = {
  readonly kinds: readonly string[];
  readonly statuses: readonly number[];
  readonly text?: RegExp;
  readonly verdict: (error: ApiError, now: number) => ApiErrorVerdict;
};

const always = (verdict: ApiErrorVerdict) => (): ApiErrorVerdict => verdict;

/** `Claude AI usage limit reached|1735689600`: the form that older versions of Claude Code print. */
const resetInText = (message: string): number | undefined => {
  const seconds = /\|(\d{10})\b/.exec(message)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
};

function exhausted(error: ApiError): ApiErrorVerdict {
  const resetAt = error.resetAt ?? resetInText(error.message);
  return {
    failureClass: "exhausted",
    code: "QUOTA_EXHAUSTED",
    hint: "Wait for the reset, or use an account or key with quota left.",
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

function limited(error: ApiError, now: number): ApiErrorVerdict {
  const waitMs = error.retryAfterMs ?? (error.resetAt === undefined ? undefined : Math.max(0, error.resetAt - now));
  if (waitMs === undefined && error.isWaitTooLong === true) return exhausted(error);
  if (waitMs !== undefined && waitMs > longestRateLimitMs) return exhausted({ resetAt: now + waitMs, ...error });
  return {
    failureClass: "rate_limited",
    code: "AGENT_FAILED",
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

const unauthenticated = always({
  failureClass: "exhausted",
  code: "AGENT_UNAUTHENTICATED",
  hint: "Log in to the agent, or set a valid API key.",
});

const transient = ({ retryAfterMs }: ApiError): ApiErrorVerdict => ({
  failureClass: "transient",
  code: "AGENT_FAILED",
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

const recoverable = always({ failureClass: "recoverable", code: "AGENT_FAILED" });

/** The first rule that fits decides; a text says more than a kind, and a kind more than a status. */
const rules: readonly Rule[] = [
  { kinds: [], statuses: [], text: /not your usage limit/i, verdict: limited },
  {
    kinds: ["billing_error", "usage_limit_reached", "insufficient_quota"],
    statuses: [402],
    text: /credit balance|usage limit|spend limit|insufficient_quota|hit your .*limit|out of (extra )?usage/i,
    verdict: exhausted,
  },
  {
    kinds: [
      "authentication_error",
      "authentication_failed",
      "permission_error",
      "oauth_org_not_allowed",
      "account_on_hold",
      "verification_required",
      "cloud_credential_error",
    ],
    statuses: [401, 403],
    text: /please run \/login|invalid api key|not logged in|oauth token (has )?expired/i,
    verdict: unauthenticated,
  },
  { kinds: ["rate_limit", "rate_limit_error"], statuses: [429], verdict: limited },
  {
    kinds: ["prompt_too_long", "max_output_tokens", "request_too_large", "refusal"],
    statuses: [413],
    text: contextFull,
    verdict: recoverable,
  },
  {
    kinds: ["model_not_found", "not_found_error"],
    statuses: [404],
    text: /issue with the selected model/i,
    verdict: always({
      failureClass: "permanent",
      code: "MODEL_UNKNOWN",
      hint: "Name a model that this account may use.",
    }),
  },
  {
    kinds: ["overloaded", "overloaded_error", "server_error", "api_error", "connection_failed", "timeout_error"],
    statuses: [408, 409],
    text: /ECONNRE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|socket hang up|fetch failed|connection (error|dropped|refused)/i,
    verdict: transient,
  },
];

const hasText = (rule: Rule, { message }: ApiError): boolean => rule.text?.test(message) ?? false;
const hasKind = (rule: Rule, { kind }: ApiError): boolean => kind !== undefined && rule.kinds.includes(kind);
const hasStatus = (rule: Rule, { status }: ApiError): boolean => status !== undefined && rule.statuses.includes(status);

/**
 * What a refusal by a model server means for the work.
 *
 * A 429 whose wait is longer than a minute, or whose reset is farther away, is a used-up quota. What nobody knows is
 * `recoverable`: the task may succeed at another try, and the number of tries is limited elsewhere.
 *
 * @param now - milliseconds since the Unix epoch
 */
export function classifyApiError(error: ApiError, now: number): ApiErrorVerdict {
  if (error.status !== undefined && error.status >= 500) return transient(error);
  const rule = [hasText, hasKind, hasStatus].flatMap((fits) => rules.filter((each) => fits(each, error)))[0];
  return (rule?.verdict ?? recoverable)(error, now);
}
