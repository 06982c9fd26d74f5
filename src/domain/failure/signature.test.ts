import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asTaskId } from "../ids.ts";
import { circuitBreaker } from "./circuit-breaker.ts";
import { failureSignature } from "./signature.ts";

const signed = (message: string): string => failureSignature({ code: "AGENT_FAILED", message });

describe("failureSignature", () => {
  it.each([
    ["paths and line numbers", "ENOENT: /tmp/a1/x.ts:3", "ENOENT: /srv/bee/y/z.ts:71"],
    ["Windows paths", "can't open C:\\work\\a.ts", "can't open D:\\b\\c.txt"],
    ["counts and durations", "timed out after 1,200 ms (try 2)", "timed out after 31.5 ms (try 11)"],
    ["times", "at 2026-11-20T10:01:02.123Z: refused", "at 2025-01-02 23:59:59: refused"],
    ["clock times", "resets 3:45 pm", "resets 11:05 am"],
    ["object names", "bad object 1f3a9bc0d2", "bad object deadbeef00112233"],
    ["ids", "run 018f6f1e-7c1a-7bcd-8123-0123456789ab is gone", "run 118f6f1e-7c1a-7bcd-8123-0123456789ff is gone"],
    ["URLs", "GET http://127.0.0.1:8080/v1/x failed", "GET https://api.example.com/y?z=1 failed"],
    ["colours and case", "\u001b[31mError\u001b[0m: nope", "error: nope"],
    ["spacing", "a\n  b", "a b"],
  ])("looks past %s", (_what, one, other) => {
    expect(signed(one)).toBe(signed(other));
  });

  it("keeps apart what was said and which code it has", () => {
    expect(signed("connection refused")).not.toBe(signed("connection reset"));
    expect(signed("x")).not.toBe(failureSignature({ code: "GIT_FAILED", message: "x" }));
  });

  it("does not take an ordinary word for hex", () => {
    expect(signed("defaced")).toBe("AGENT_FAILED: defaced");
  });

  it("is bounded and one line for any message", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1_000 }), (message) => {
        const signature = signed(message);
        expect(signature.length).toBeLessThanOrEqual(220);
        expect(signature).not.toContain("\n");
      }),
    );
  });
});

describe("circuitBreaker", () => {
  const failed = (task: string, signature: string) => ({ taskId: asTaskId(task), signature });

  it("opens when enough different tasks failed in the same way", () => {
    const failures = [failed("a", "s"), failed("b", "other"), failed("b", "s"), failed("c", "s")];
    expect(circuitBreaker(failures, 3)).toEqual({ state: "open", signature: "s", taskIds: ["a", "b", "c"] });
    expect(circuitBreaker(failures, 4)).toEqual({ state: "closed" });
  });

  it("stays closed however often one task fails in the same way", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 2, max: 5 }), (count, threshold) => {
        const failures = Array.from({ length: count }, () => failed("a", "s"));
        expect(circuitBreaker(failures, threshold).state).toBe("closed");
      }),
    );
  });
});
