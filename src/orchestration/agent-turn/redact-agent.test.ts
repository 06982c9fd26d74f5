import { describe, expect, it } from "vitest";

import type { AgentOutcome } from "../../agents/port.ts";
import { createRedactor } from "../../telemetry/redact.ts";
import { redactEvent, redactOutcome } from "./redact-agent.ts";

const secret = "correct-horse-battery";
const redactor = createRedactor({ DEPLOY_TOKEN: secret });
const facts = {
  text: `The token is ${secret}.`,
  usage: {},
  permissionDenials: [{ tool: "Bash", summary: `Bash curl -d ${secret}` }],
  durationMs: 1,
};

const secretsIn = (value: unknown): number => JSON.stringify(value).split(secret).length - 1;

describe("what an agent says", () => {
  it("holds no secret in the text, the result and the denials of a turn that finished", () => {
    const finished: AgentOutcome = {
      ...facts,
      status: "finished",
      result: { summary: secret, tasks: [{ key: "a", prompt: `Use ${secret}` }] },
    };
    const redacted = redactOutcome(finished, redactor);
    expect(secretsIn(finished)).toBe(4);
    expect(secretsIn(redacted)).toBe(0);
    expect(redacted).toMatchObject({ status: "finished", result: { tasks: [{ key: "a", prompt: "Use [redacted]" }] } });
  });

  it("holds no secret in the error of a turn that failed, whose class stays", () => {
    const error = {
      code: "AGENT_FAILED",
      message: `refused: ${secret}`,
      failureClass: "exhausted",
      context: { stderr: secret },
    } as const;
    const redacted = redactOutcome({ ...facts, status: "failed", failure: { error, resetAt: 5 } }, redactor);
    expect(secretsIn(redacted)).toBe(0);
    expect(redacted).toMatchObject({ failure: { error: { failureClass: "exhausted" }, resetAt: 5 } });
  });

  it("holds no secret while it runs", () => {
    const events = [
      { type: "text", text: secret },
      { type: "tool-started", toolUseId: "1", tool: "Bash", summary: `Bash echo ${secret}` },
      { type: "permission-denied", tool: "Bash", summary: `Bash echo ${secret}` },
    ] as const;
    expect(secretsIn(events.map((event) => redactEvent(event, redactor)))).toBe(0);
  });
});
