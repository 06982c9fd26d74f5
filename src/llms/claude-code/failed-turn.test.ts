import { describe, expect, it } from "vitest";

import type { AgentFailure } from "../../agents/port.ts";
import { errorToJson, TuttiError, type ErrorCode } from "../../domain/errors.ts";
import type { FailureClass } from "../../domain/failure/failure-class.ts";
import { isCutAnswer, startFailure, turnFailure } from "./failed-turn.ts";

const now = 1_000_000;
const options = { model: "haiku", redact: (text: string) => text.replaceAll("s3cret", "[redacted]"), now };

type Failing = {
  readonly code: ErrorCode;
  readonly failureClass?: FailureClass;
  readonly message?: string;
  readonly status?: number;
  readonly hint?: string;
};

const failing = ({ code, message = "It failed.", status, ...rest }: Failing): AgentFailure => ({
  error: errorToJson(new TuttiError(code, message, { ...rest, context: status === undefined ? {} : { status } })),
});

describe("a failed turn of Claude Code", () => {
  it.each<[string, Failing, string]>([
    ["no program", { code: "AGENT_NOT_FOUND" }, "refused"],
    ["no login", { code: "AGENT_UNAUTHENTICATED", status: 401 }, "refused"],
    ["a used-up quota", { code: "QUOTA_EXHAUSTED" }, "rate-limited"],
    ["a rate limit", { code: "AGENT_FAILED", failureClass: "rate_limited", status: 429 }, "rate-limited"],
    ["an overloaded server", { code: "AGENT_FAILED", failureClass: "transient", status: 529 }, "unavailable"],
    ["a death", { code: "AGENT_FAILED", failureClass: "killed" }, "unavailable"],
    ["no end", { code: "AGENT_TIMED_OUT", failureClass: "recoverable" }, "unavailable"],
    ["a bad request", { code: "AGENT_FAILED", failureClass: "recoverable", status: 400 }, "refused"],
    [
      "too long a question",
      { code: "AGENT_FAILED", failureClass: "recoverable", message: "Prompt is too long" },
      "refused",
    ],
    [
      "a refusal to answer",
      { code: "AGENT_FAILED", failureClass: "recoverable", message: "Usage Policy" },
      "malformed",
    ],
    ["another form", { code: "AGENT_CONTRACT_BROKEN", failureClass: "recoverable" }, "malformed"],
  ])("by %s is what the port says", (_what, given, kind) => {
    expect(turnFailure(failing(given), options).kind).toBe(kind);
  });

  it("says when a used-up quota comes back", () => {
    const failure = { ...failing({ code: "QUOTA_EXHAUSTED", hint: "Wait." }), resetAt: now + 90_000 };
    expect(turnFailure(failure, options)).toMatchObject({ retryAfterMs: 90_000, hint: "Wait." });
  });

  it("is told in one line without secrets, and an unknown model with those that there are", () => {
    const told = turnFailure(failing({ code: "AGENT_FAILED", message: "no\nkey s3cret" }), options);
    expect(told.message).toBe("no key [redacted]");
    const unknown = turnFailure(failing({ code: "MODEL_UNKNOWN" }), { ...options, model: "hiku" });
    expect(unknown).toMatchObject({ kind: "refused", message: expect.stringMatching(/"hiku"; it has .*haiku/) });
  });

  it("names the login where that is what is wrong", () => {
    const refused = failing({ code: "AGENT_UNAUTHENTICATED", message: "The model server answered 401.", status: 401 });
    expect(turnFailure(refused, options).message).toBe("Claude Code's login was not accepted");
  });

  it("is a cut answer when its tokens ran out", () => {
    const message = "API Error: Claude's response exceeded the 50 output token maximum.";
    expect(isCutAnswer(failing({ code: "AGENT_FAILED", failureClass: "recoverable", message }))).toBe(true);
    expect(isCutAnswer(failing({ code: "AGENT_FAILED" }))).toBe(false);
  });
});

it("a program that can't be started is refused with what to do", () => {
  const thrown = new TuttiError("AGENT_NOT_FOUND", "Claude Code is not installed.", { hint: "Install it." });
  expect(startFailure(thrown, options)).toEqual({
    kind: "refused",
    message: "Claude Code is not installed.",
    hint: "Install it.",
  });
});
