import fc from "fast-check";
import { expect, test } from "vitest";
import { classifyApiError, type ApiError } from "./classify.ts";

const now = 1_700_000_000_000;
const classOf = (error: ApiError) => classifyApiError(error, now).failureClass;
const codeOf = (error: ApiError) => classifyApiError(error, now).code;

test.each([
  [401, "authentication_error", "invalid x-api-key"],
  [403, "permission_error", "Your account does not have access"],
])("a %i pauses the account as not logged in", (status, kind, message) => {
  expect(classifyApiError({ status, kind, message }, now)).toMatchObject({
    failureClass: "exhausted",
    code: "AGENT_UNAUTHENTICATED",
  });
});

test("a missing login is recognised by its text alone", () => {
  expect(codeOf({ message: "Not logged in · Please run /login" })).toBe("AGENT_UNAUTHENTICATED");
});

test("an empty credit balance is a used-up quota although its status is 400", () => {
  expect(classOf({ status: 400, kind: "invalid_request_error", message: "Credit balance is too low" })).toBe(
    "exhausted",
  );
});

test("a usage limit carries the time at which it resets", () => {
  const resetAt = now + 7_200_000;
  expect(
    classifyApiError(
      { status: 429, kind: "usage_limit_reached", message: "You've hit your 5-hour limit", resetAt },
      now,
    ),
  ).toMatchObject({ failureClass: "exhausted", code: "QUOTA_EXHAUSTED", resetAt });
});

test("the reset time in the text of older versions is read", () => {
  expect(classifyApiError({ message: "Claude AI usage limit reached|1735689600" }, now)).toMatchObject({
    failureClass: "exhausted",
    resetAt: 1_735_689_600_000,
  });
});

test("a 429 with a short wait is a rate limit that names the wait", () => {
  expect(
    classifyApiError({ status: 429, kind: "rate_limit_error", message: "slow down", retryAfterMs: 7_000 }, now),
  ).toEqual({ failureClass: "rate_limited", code: "AGENT_FAILED", retryAfterMs: 7_000 });
});

test("a 429 whose wait is too long for the client is a used-up quota", () => {
  expect(classOf({ status: 429, message: "slow down", isWaitTooLong: true })).toBe("exhausted");
});

test("a limit that the server says is not the account's own is no used-up quota", () => {
  const message = "Server is temporarily limiting requests (not your usage limit)";
  expect(classOf({ status: 429, kind: "rate_limit", message })).toBe("rate_limited");
});

test.each([
  [{ status: 529, message: "Overloaded" }],
  [{ status: 500, message: "Internal server error" }],
  [{ message: "API Error: Connection dropped (ECONNRESET)." }],
  [{ kind: "connection_failed", message: "API Error" }],
])("trouble of the server or the network is transient: %o", (error) => {
  expect(classOf(error)).toBe("transient");
});

test.each([
  [{ status: 400, kind: "invalid_request_error", message: "Prompt is too long" }],
  [{ kind: "max_output_tokens", message: "exceeded the 64000 output token maximum" }],
  [{ message: "something nobody has seen before" }],
])("what another try may get round is recoverable: %o", (error) => {
  expect(classOf(error)).toBe("recoverable");
});

test("a model that does not exist is permanent", () => {
  expect(classifyApiError({ status: 404, kind: "model_not_found", message: "no such model" }, now)).toMatchObject({
    failureClass: "permanent",
    code: "MODEL_UNKNOWN",
  });
});

test("a 429 is a rate limit up to a minute of waiting and a used-up quota with a known end above", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400_000 }), (retryAfterMs) => {
      const verdict = classifyApiError({ status: 429, message: "slow down", retryAfterMs }, now);
      return retryAfterMs <= 60_000
        ? verdict.failureClass === "rate_limited" && verdict.retryAfterMs === retryAfterMs
        : verdict.failureClass === "exhausted" && verdict.resetAt === now + retryAfterMs;
    }),
  );
});

test("every 5xx is transient, whatever its text says", () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 599 }), fc.string(), (status, message) => {
      return classifyApiError({ status, message }, now).failureClass === "transient";
    }),
  );
});
