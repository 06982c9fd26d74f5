import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestMessage } from "./messages-request.ts";
import { nextTurn, progressLine, toolUseId } from "./progress.ts";
import type { ScenarioTurn } from "./scenario-schema.ts";

const writing: ScenarioTurn = { writes: { "a.txt": "a" } };
const saying = (says: string): ScenarioTurn => ({ says });
const prompt: RequestMessage = { role: "user", content: [{ type: "text", text: "Go." }] };

const idOf = (rule: number | "x", turn: number, call: number): string =>
  toolUseId({ rule, turn, nonce: "n" }, { call, calls: 2 });
const called = (rule: number | "x", turn: number, calls: readonly number[] = [0, 1]): RequestMessage => ({
  role: "assistant",
  content: calls.map((call) => ({ type: "tool_use", id: idOf(rule, turn, call) })),
});
const said = (text: string): RequestMessage => ({ role: "assistant", content: [{ type: "text", text }] });
const result: RequestMessage = { role: "user", content: [{ type: "tool_result", tool_use_id: "x" }] };

const next = (turns: readonly ScenarioTurn[], ...after: readonly RequestMessage[]): number =>
  nextTurn([prompt, ...after], 0, { rule: 3, turns, says: (turn) => turn.says ?? "" });

describe("nextTurn", () => {
  it("begins with the first turn", () => {
    expect(next([writing])).toBe(0);
  });

  it("counts several tool calls of one turn once", () => {
    expect(next([writing, writing], called(3, 0), result)).toBe(1);
  });

  it("counts a turn of text only when just that text was answered", () => {
    const turns = [saying("half"), writing];
    expect(next(turns, said("half"))).toBe(1);
    expect(next(turns, said("something synthetic"))).toBe(0);
  });

  it("makes a turn again whose calls were interrupted, and not one whose calls failed", () => {
    const answer = (content: string): RequestMessage => ({
      role: "user",
      content: [0, 1].map((call) => ({
        type: "tool_result",
        tool_use_id: idOf(3, 0, call),
        is_error: true,
        content,
      })),
    });
    expect(next([writing], called(3, 0), answer("[Tool call interrupted: the session ended]"))).toBe(0);
    expect(next([writing], called(3, 0), answer("The user doesn't want to proceed with this tool use."))).toBe(0);
    expect(next([writing], called(3, 0), answer("Exit code 137"))).toBe(0);
    expect(next([writing], called(3, 0), answer("Exit code 1"))).toBe(1);
    expect(next([writing], called(3, 0), answer("Permission denied"))).toBe(1);
  });

  it("makes a turn again of which only some calls were made, and counts one whose calls came in several messages", () => {
    expect(next([writing], called(3, 0, [0]), result)).toBe(0);
    expect(next([writing], called(3, 0, [0]), result, called(3, 0, [1]), result)).toBe(1);
  });

  it("counts a repeated turn once", () => {
    expect(next([writing, writing, writing], called(3, 0), called(3, 1), called(3, 1))).toBe(2);
  });

  it("ignores the calls of another rule", () => {
    expect(next([writing], called(4, 0), called("x", 0))).toBe(0);
  });

  it("ignores what stands before the prompt", () => {
    const script = { rule: 3, turns: [writing], says: () => "" } as const;
    expect(nextTurn([prompt, called(3, 0), prompt], 2, script)).toBe(0);
  });

  it("takes over where a compacted conversation was", () => {
    const compacted: RequestMessage = {
      role: "user",
      content: [{ type: "text", text: `Go.\n${progressLine(3, 2)}\n` }],
    };
    const script = { rule: 3, turns: [writing, writing, writing, writing], says: () => "" } as const;
    expect(nextTurn([compacted], 0, script)).toBe(2);
    expect(nextTurn([compacted, called(3, 2)], 0, script)).toBe(3);
  });

  it("gives the same turn whatever the agent adds in between", () => {
    const noise = fc.constantFrom<RequestMessage>(
      { role: "user", content: [{ type: "text", text: "<system-reminder>x</system-reminder>" }] },
      { role: "system", content: [{ type: "text", text: "deferred tools" }] },
      said("No response requested."),
      { role: "assistant", content: [{ type: "tool_use", id: "toolu_somebody_else" }] },
      result,
    );
    const done = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(done, fc.array(fc.tuple(fc.nat(), noise)), (turns, added) => {
        const messages = Array.from({ length: turns }, (_, turn) => called(3, turn));
        for (const [at, message] of added) messages.splice(at % (messages.length + 1), 0, message);
        return (
          next(
            Array.from({ length: 6 }, () => writing),
            ...messages,
          ) === turns
        );
      }),
    );
  });
});
