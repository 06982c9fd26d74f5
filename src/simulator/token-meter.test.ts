import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { MessagesRequest } from "./messages-request.ts";
import { countTokens, TokenMeter, type PromptTokens } from "./token-meter.ts";

const mark = { cache_control: { type: "ephemeral" } };
const long = (name: string): string => `${name} `.repeat(2_000);

/** A request whose last block is marked, as Claude Code's are. */
function requestOf(texts: readonly string[], { model = "claude-sonnet-5-5", isMarked = true } = {}): MessagesRequest {
  const content = texts.map((text, at) => ({
    type: "text",
    text,
    ...(isMarked && at === texts.length - 1 ? mark : {}),
  }));
  return MessagesRequest.parse({
    model,
    system: [{ type: "text", text: long("system"), ...mark }],
    messages: [{ role: "user", content }],
  });
}

const total = ({ inputTokens, cacheReadTokens, cacheWriteTokens }: PromptTokens): number =>
  inputTokens + cacheReadTokens + cacheWriteTokens;

describe("TokenMeter", () => {
  it("writes what is marked, and reads it when the next request begins with it", () => {
    const meter = new TokenMeter();
    const first = meter.meter(requestOf([long("a")]), 0);
    const second = meter.meter(requestOf([long("a"), long("b")]), 1_000);
    expect(first).toMatchObject({ inputTokens: 0, cacheReadTokens: 0 });
    expect(second.cacheReadTokens).toBe(first.cacheWriteTokens);
    expect(second.cacheWriteTokens).toBeGreaterThan(0);
  });

  it("reads the part that two requests share, and nothing of what another model was asked", () => {
    const meter = new TokenMeter();
    meter.meter(requestOf([long("a")]), 0);
    const other = meter.meter(requestOf([long("b")]), 1_000);
    expect(other.cacheReadTokens).toBe(countTokens({ type: "text", text: long("system") }));
    expect(meter.meter(requestOf([long("a")], { model: "claude-opus-5-5" }), 2_000).cacheReadTokens).toBe(0);
  });

  it("forgets what nobody used for five minutes", () => {
    const meter = new TokenMeter();
    meter.meter(requestOf([long("a")]), 0);
    expect(meter.meter(requestOf([long("a")]), 299_000).cacheReadTokens).toBeGreaterThan(0);
    expect(meter.meter(requestOf([long("a")]), 598_000).cacheReadTokens).toBeGreaterThan(0);
    expect(meter.meter(requestOf([long("a")]), 899_000).cacheReadTokens).toBe(0);
  });

  it("takes what is not marked for plain input, and caches nothing that is short", () => {
    const meter = new TokenMeter();
    const tail = long("a");
    const unmarked = meter.meter(requestOf([tail], { isMarked: false }), 0);
    expect(unmarked.inputTokens).toBeGreaterThanOrEqual(countTokens(tail));
    const short = MessagesRequest.parse({
      model: "m",
      messages: [{ role: "user", content: [{ type: "text", text: "x", ...mark }] }],
    });
    expect(meter.meter(short, 1).cacheWriteTokens).toBe(0);
    expect(meter.meter(short, 2).cacheReadTokens).toBe(0);
  });

  it("divides every request without remainder, whatever came before", () => {
    const texts = fc.array(fc.constantFrom(long("a"), long("b"), "short"), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 8 }), (requests) => {
        const meter = new TokenMeter();
        for (const [at, request] of requests.entries()) {
          const alone = new TokenMeter().meter(requestOf(request), 0);
          const among = meter.meter(requestOf(request), at);
          expect(total(among)).toBe(total(alone));
          expect(Math.min(among.inputTokens, among.cacheReadTokens, among.cacheWriteTokens)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 50 },
    );
  });
});
