import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { speak, type Spoken } from "./agent-session.ts";
import { prompt, realAgentTest as it, turnsOf } from "./real-agent-test.ts";

const scenario = (fault: string): string => `
rules:
  - match: { role: worker }
    turns:
      - says: I write a file.
        writes: { a.txt: "x" }
        fault: ${fault}
      - says: Written.
`;

const retries = ({ messages }: Spoken): unknown[] =>
  messages.flatMap((message) =>
    message.type === "system" && message.subtype === "api_retry" ? [[message.error_status, message.error]] : [],
  );

const oneRetry = { CLAUDE_CODE_MAX_RETRIES: "1" };
const subscription = { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-test" };

describe("how the real Claude Code takes the simulator's faults", { timeout: 60_000 }, () => {
  it("asks again when the server is overloaded, and then goes on", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(scenario("{ status: 529, times: 2 }"));
    const spoken = await speak(prompt("t"), options());
    expect(spoken.result).toMatchObject({ is_error: false, result: "Written." });
    expect(retries(spoken)).toEqual([
      [529, "overloaded"],
      [529, "overloaded"],
    ]);
    expect(existsSync(join(sandbox.cwd, "a.txt"))).toBe(true);
    expect(turnsOf(simulator)).toEqual(["0 answered 529", "0 answered 529", "0 answered 200", "1 answered 200"]);
  });

  it("ends in an error when the retries are used up", async ({ simulate }) => {
    const { simulator, options } = await simulate(scenario("{ status: 529, times: always }"));
    const { result, thrown } = await speak(prompt("t"), options({ env: oneRetry }));
    expect(result).toMatchObject({ is_error: true, api_error_status: 529, terminal_reason: "api_error" });
    expect(thrown).toBeInstanceOf(Error);
    expect(turnsOf(simulator)).toEqual(["0 answered 529", "0 answered 529"]);
  });

  it("ends at once when a subscription is used up, and says when it comes back", async ({ simulate }) => {
    const { simulator, options } = await simulate(
      scenario("{ status: 429, resetAt: '2099-01-01T00:00:00Z', times: always }"),
    );
    const { result, messages } = await speak(prompt("t"), options({ env: subscription }));
    expect(result).toMatchObject({ is_error: true, api_error_status: 429, api_error: "usage_limit_reached" });
    const limits = messages.flatMap((message) =>
      message.type === "rate_limit_event" ? [message.rate_limit_info] : [],
    );
    expect(limits).toMatchObject([{ status: "rejected", resetsAt: Date.parse("2099-01-01T00:00:00Z") / 1000 }]);
    expect(turnsOf(simulator)).toEqual(["0 answered 429"]);
  });

  it("takes the same refusal for a short rate limit where an API key is used", async ({ simulate }) => {
    const { simulator, options } = await simulate(scenario("{ status: 429, resetAfterSeconds: 3600, times: always }"));
    const { result } = await speak(prompt("t"), options({ env: oneRetry }));
    expect(result).toMatchObject({ is_error: true, api_error_status: 429, api_error_type: "rate_limit_error" });
    expect(turnsOf(simulator)).toEqual(["0 answered 429", "0 answered 429"]);
  });

  it("tells how much of a subscription is used, also when that is little, and when the server warns", async ({
    simulate,
  }) => {
    const told = async (limits: string): Promise<unknown> => {
      const { options } = await simulate(`${scenario("{ status: 529 }")}limits: ${limits}\n`);
      const { messages } = await speak(prompt("t"), options({ env: subscription }));
      return messages
        .flatMap((message) => (message.type === "rate_limit_event" ? [message.rate_limit_info] : []))
        .at(-1);
    };
    const windowsOf = (fiveHour: number, sevenDay: number) => ({
      five_hour: { utilization: fiveHour },
      seven_day: { utilization: sevenDay },
    });
    expect(await told("{ fiveHour: 0.92, sevenDay: 0.4, isWarning: true }")).toMatchObject({
      status: "allowed_warning",
      rateLimitType: "five_hour",
      unifiedWindows: windowsOf(0.92, 0.4),
    });
    expect(await told("{ fiveHour: 0.55, sevenDay: 0.4 }")).toMatchObject({
      status: "allowed",
      unifiedWindows: windowsOf(0.55, 0.4),
    });
  });

  it("asks again when the connection is cut before the answer", async ({ simulate }) => {
    const { simulator, options } = await simulate(scenario("{ disconnect: before }"));
    const spoken = await speak(prompt("t"), options());
    expect(spoken.result).toMatchObject({ is_error: false, result: "Written." });
    expect(retries(spoken)).toEqual([[null, "unknown"]]);
    expect(turnsOf(simulator)).toEqual(["0 cut", "0 answered 200", "1 answered 200"]);
  });

  it("recovers from a stream that is cut in the middle, and does the work once", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(scenario("{ disconnect: midStream }"));
    const { result, messages } = await speak(prompt("t"), options());
    expect(result).toMatchObject({ is_error: false, result: "Written." });
    expect(existsSync(join(sandbox.cwd, "a.txt"))).toBe(true);
    expect(messages.filter((message) => message.type === "user" && message.tool_use_result !== undefined)).toHaveLength(
      1,
    );
    expect(turnsOf(simulator)).toEqual(["0 cut 200", "0 answered 200", "1 answered 200"]);
  });

  it("recovers from an error inside the stream", async ({ simulate }) => {
    const { simulator, options } = await simulate(scenario("{ status: 529, midStream: true }"));
    const { result } = await speak(prompt("t"), options());
    expect(result).toMatchObject({ is_error: false, result: "Written." });
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "0 answered 200", "1 answered 200"]);
  });

  it("ends in an error when its key is refused", async ({ simulate }) => {
    const { options } = await simulate(scenario("{ status: 401, times: always }"));
    const { result } = await speak(prompt("t"), options({ env: oneRetry }));
    expect(result).toMatchObject({ is_error: true, api_error_status: 401, api_error_type: "authentication_error" });
  });

  it("runs out of quota in the middle of the work", async ({ simulate }) => {
    const { simulator, options } = await simulate(`
quota: { turns: 1, resetAfterSeconds: 3600 }
rules:
  - turns: [{ writes: { a.txt: "x" } }, { says: Written. }]
`);
    const { result } = await speak(prompt("t"), options({ env: subscription }));
    expect(result).toMatchObject({ is_error: true, api_error: "usage_limit_reached" });
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "1 answered 429"]);
  });
});
