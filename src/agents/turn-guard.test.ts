import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AgentTurn } from "./port.ts";
import { TurnGuard } from "./turn-guard.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** An agent that says nothing and uses no processor. */
const silent = {
  interrupt: async () => undefined,
  kill: async () => undefined,
  cpuTicks: async () => 0,
  interruptGraceMs: 10,
};

it("does not take an agent for stalled while signs of life come, and does when they end", async () => {
  let saw: () => void = () => undefined;
  const turn: AgentTurn = {
    prompt: "",
    onEvent: () => undefined,
    signal: new AbortController().signal,
    timeoutMs: 1_000_000,
    stallTimeoutMs: 1_000,
    lifeSigns: (listener) => (saw = listener),
  };
  const guard = new TurnGuard(silent, turn);
  guard.start();
  for (let second = 0; second < 10; second += 1) {
    await vi.advanceTimersByTimeAsync(900);
    saw();
  }
  expect(guard.stopped).toBeUndefined();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(guard.stopped?.error.code).toBe("AGENT_STALLED");
  guard.end();
});
