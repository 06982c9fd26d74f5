import type { ScenarioLimits, StatusFault } from "./scenario-schema.ts";

type WireError = { readonly type: string; readonly message: string };

const byStatus = new Map<number, WireError>([
  [400, { type: "invalid_request_error", message: "The request is invalid" }],
  [401, { type: "authentication_error", message: "invalid x-api-key" }],
  [402, { type: "billing_error", message: "Your credit balance is too low to access the Anthropic API." }],
  [403, { type: "permission_error", message: "Your API key does not have permission to use this resource" }],
  [404, { type: "not_found_error", message: "The requested resource could not be found" }],
  [413, { type: "request_too_large", message: "Request exceeds the maximum allowed number of bytes" }],
  [429, { type: "rate_limit_error", message: "This request would exceed your account's rate limit" }],
  [529, { type: "overloaded_error", message: "Overloaded" }],
]);

/** When the quota comes back, in seconds since the Unix epoch; `undefined` for a fault that is no quota. */
export function resetSeconds(fault: StatusFault, nowMs: number): number | undefined {
  if (fault.resetAt !== undefined) return Math.ceil(Date.parse(fault.resetAt) / 1000);
  if (fault.resetAfterSeconds === undefined) return undefined;
  return Math.ceil(nowMs / 1000 + fault.resetAfterSeconds);
}

/** The error object of the Messages API (docs: "Errors"). */
export function errorObject(fault: StatusFault): WireError {
  const known = byStatus.get(fault.status) ?? { type: "api_error", message: "Internal server error" };
  return { type: known.type, message: fault.message ?? known.message };
}

export const errorBody = (fault: StatusFault, requestId: string): Record<string, unknown> => ({
  type: "error",
  error: errorObject(fault),
  request_id: requestId,
});

/** Headers of a refusal. The `unified` ones are what Claude Code reads a subscription's limits from. */
export function errorHeaders(fault: StatusFault, nowMs: number): Record<string, string> {
  const reset = resetSeconds(fault, nowMs);
  const retryAfter = fault.retryAfterSeconds;
  return {
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    ...(reset === undefined
      ? {}
      : {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(reset),
          "anthropic-ratelimit-unified-representative-claim": "five_hour",
          "anthropic-ratelimit-unified-5h-status": "rejected",
          "anthropic-ratelimit-unified-5h-reset": String(reset),
          "anthropic-ratelimit-unified-5h-utilization": "1",
        }),
  };
}

/** Headers of a good answer: limits of requests and tokens far from used up, and those of a subscription as scripted. */
export function rateLimitHeaders(nowMs: number, limits?: ScenarioLimits): Record<string, string> {
  const reset = new Date(nowMs + 60_000).toISOString();
  return {
    ...(limits === undefined ? {} : unifiedHeaders(limits, nowMs)),
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-requests-reset": reset,
    "anthropic-ratelimit-tokens-limit": "2000000",
    "anthropic-ratelimit-tokens-remaining": "1999000",
    "anthropic-ratelimit-tokens-reset": reset,
  };
}

function unifiedHeaders(limits: ScenarioLimits, nowMs: number): Record<string, string> {
  const { fiveHour, sevenDay, isWarning, resetAfterSeconds } = limits;
  const reset = String(Math.ceil(nowMs / 1000 + resetAfterSeconds));
  const status = isWarning ? "allowed_warning" : "allowed";
  const windows = { "5h": fiveHour, "7d": sevenDay };
  const fuller = (sevenDay ?? 0) > (fiveHour ?? 0) ? "7d" : "5h";
  const headers: Record<string, string> = {
    "anthropic-ratelimit-unified-status": status,
    "anthropic-ratelimit-unified-reset": reset,
    "anthropic-ratelimit-unified-representative-claim": fuller === "7d" ? "seven_day" : "five_hour",
  };
  for (const [name, used] of Object.entries(windows)) {
    if (used === undefined) continue;
    headers[`anthropic-ratelimit-unified-${name}-status`] = name === fuller ? status : "allowed";
    headers[`anthropic-ratelimit-unified-${name}-reset`] = reset;
    headers[`anthropic-ratelimit-unified-${name}-utilization`] = String(used);
    if (isWarning && name === fuller) headers[`anthropic-ratelimit-unified-${name}-surpassed-threshold`] = String(used);
  }
  return headers;
}
