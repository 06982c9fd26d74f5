import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function simulate(yaml: string, log?: (line: string) => void): Promise<Simulator> {
  const simulator = await startSimulator({ scenario: parseScenario(yaml), ...(log === undefined ? {} : { log }) });
  running.push(simulator);
  return simulator;
}

const ask = (simulator: Simulator, content: string, more: object = {}): Promise<Response> =>
  fetch(`${simulator.url}/v1/messages?beta=true`, {
    method: "POST",
    body: JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content }], ...more }),
  });

const get = async (simulator: Simulator, path: string): Promise<unknown> =>
  z.unknown().parse(await (await fetch(simulator.url + path)).json());

const hello = "rules: [{ name: greeting, match: { contains: Hello }, turns: [{ says: Hi. }] }]";

describe("the simulator's server", () => {
  it("answers a plain request with one message", async () => {
    const response = await ask(await simulate(hello), "Hello there");
    expect(await response.json()).toMatchObject({
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "Hi." }],
      stop_reason: "end_turn",
      usage: { input_tokens: 100, output_tokens: 20 },
    });
  });

  it("answers a streaming request with server-sent events and rate-limit headers", async () => {
    const response = await ask(await simulate(hello), "Hello there", { stream: true });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("anthropic-ratelimit-requests-remaining")).not.toBeNull();
    expect(await response.text()).toMatch(/^event: message_start\n.*event: message_stop\n/s);
  });

  it("lists a prompt that no rule knows, and answers it all the same", async () => {
    const simulator = await simulate(hello);
    const response = await ask(simulator, "Who are you?");
    expect(await response.json()).toMatchObject({ content: [{ text: "The scenario has no rule for this prompt." }] });
    expect(simulator.unmatched).toMatchObject([{ prompt: "Who are you?", outcome: "answered" }]);
  });

  it("gives its last answer again when a conversation that had ended is given its prompt again", async () => {
    const simulator = await simulate("rules: [{ match: { role: worker }, turns: [{ says: Written. }] }]");
    const answered = [
      { role: "user", content: "Tutti role: worker" },
      { role: "assistant", content: "Written." },
    ];
    const say = async (content: string): Promise<unknown> => {
      const response = await ask(simulator, "", { messages: [...answered, { role: "user", content }] });
      return z.looseObject({ content: z.unknown() }).parse(await response.json()).content;
    };
    expect(await say("Tutti role: worker")).toMatchObject([{ text: "Written." }]);
    expect(await say("And now?")).toMatchObject([{ text: "Done." }]);
  });

  it("doesn't count a quota probe as a turn", async () => {
    const simulator = await simulate("rules: [{ turns: [{ says: Hi., fault: { status: 529 } }] }]");
    expect((await ask(simulator, "quota", { max_tokens: 1 })).status).toBe(200);
    expect(simulator.counts.byKind).toEqual({ turn: 0, unmatched: 0, auxiliary: 1, other: 0 });
  });

  it("tells another process what was asked", async () => {
    const simulator = await simulate(hello);
    await ask(simulator, "Tutti role: worker\nTutti task: t\nHello");
    expect(await get(simulator, "/__simulator/health")).toEqual({ status: "ok", requests: 1 });
    expect(await get(simulator, "/__simulator/requests")).toMatchObject({
      requests: [{ role: "worker", task: "t", rule: "greeting", turn: 0, status: 200, outcome: "answered" }],
      counts: { byKey: { "worker/t": 1 } },
    });
  });

  it("answers what else an agent asks at its start", async () => {
    const simulator = await simulate(hello);
    expect(await get(simulator, "/v1/models")).toMatchObject({ data: [{ type: "model" }] });
    expect(await get(simulator, "/anything/else")).toEqual({});
    const counted = await fetch(`${simulator.url}/v1/messages/count_tokens`, { method: "POST", body: "x".repeat(400) });
    expect(await counted.json()).toEqual({ input_tokens: 100 });
    expect(simulator.counts.byKind.other).toBe(3);
  });

  it("refuses what is no request of the Messages API", async () => {
    const simulator = await simulate(hello);
    const response = await fetch(`${simulator.url}/v1/messages`, { method: "POST", body: "no json" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  it("sends the error of a fault as the real server does", async () => {
    const simulator = await simulate(
      "rules: [{ turns: [{ says: Hi., fault: { status: 529, retryAfterSeconds: 3 } }] }]",
    );
    const refused = await ask(simulator, "Hello");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([529, "3"]);
    expect(await refused.json()).toMatchObject({ type: "error", error: { type: "overloaded_error" } });
    expect((await ask(simulator, "Hello")).status).toBe(200);
  });

  it("never answers a request that hangs, and notes that the client left", async () => {
    const simulator = await simulate("rules: [{ turns: [{ says: Hi., fault: { hang: before } }] }]");
    const leaving = new AbortController();
    const asked = fetch(`${simulator.url}/v1/messages`, {
      method: "POST",
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }] }),
      signal: leaving.signal,
    });
    await simulator.whenRequest(({ outcome }) => outcome === "pending");
    leaving.abort();
    await expect(asked).rejects.toThrow();
    expect(await simulator.whenRequest(({ outcome }) => outcome === "aborted")).toMatchObject({ fault: "hang before" });
  });

  it("cuts what is open when it is closed", async () => {
    const simulator = await simulate("rules: [{ turns: [{ says: Hi., delayMs: 600000 }] }]");
    const asked = ask(simulator, "Hello");
    await simulator.whenRequest(({ kind }) => kind === "turn");
    await simulator.close();
    await expect(asked).rejects.toThrow();
  });

  it("logs a line for each exchange", async () => {
    const lines: string[] = [];
    const simulator = await simulate(hello, (line) => lines.push(line));
    await ask(simulator, "Hello");
    expect(lines).toEqual(["1 -/- greeting turn 0: answered 200"]);
  });

  it("says what to do when its port is taken", async () => {
    const { port } = await simulate(hello);
    const second = startSimulator({ scenario: parseScenario(hello), port });
    await expect(second).rejects.toMatchObject({ code: "SETUP_FAILED", context: { port } });
  });
});
