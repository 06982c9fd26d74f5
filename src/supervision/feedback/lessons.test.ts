import { describe, expect, it } from "vitest";

import type { FeedbackEntry } from "../../domain/feedback/analyze.ts";
import { asAttemptId, asTaskId } from "../../domain/ids.ts";
import { lessonsFrom } from "./lessons.ts";

const refused = (task: string, code: string, more: Partial<FeedbackEntry> = {}): FeedbackEntry => ({
  taskId: asTaskId(`job/${task}`),
  attemptId: asAttemptId(`job/${task}/1`),
  at: 1,
  model: "sonnet",
  template: undefined,
  kind: "code",
  action: "retry",
  failureClass: "recoverable",
  isGood: false,
  findings: [{ code, message: `About ${code}.` }],
  ...more,
});

describe("lessons for prompts", () => {
  it("are faults that more than one task has shown", () => {
    const entries = [refused("a", "gate:lint"), refused("b", "gate:lint"), refused("c", "no-work")];
    expect(lessonsFrom(entries)).toEqual(["Refused here 2 times before: About gate:lint."]);
    expect(lessonsFrom([refused("a", "gate:lint"), refused("a", "gate:lint")])).toEqual([]);
  });

  it("leave out what is no fault of the work, and what was accepted all the same", () => {
    const network = [refused("a", "turn:transient"), refused("b", "turn:transient")];
    const notes = [refused("a", "todo-added", { isGood: true }), refused("b", "todo-added", { isGood: true })];
    const takenBack = [refused("a", "not-held", { action: "accept" }), refused("b", "not-held", { action: "accept" })];
    expect(lessonsFrom([...network, ...notes, ...takenBack])).toEqual([]);
  });

  it("begin with what a person did not like, and are few and short", () => {
    const disliked = refused("x", "other", { stars: 1, note: "Names  in\nGerman." });
    const codes = ["a", "b", "c", "d", "e", "f"].flatMap((code) => [refused("1", code), refused("2", code)]);
    const lessons = lessonsFrom([...codes, disliked]);
    expect(lessons[0]).toBe("A person did not like earlier work: Names in German.");
    expect(lessons).toHaveLength(5);
    const long = lessonsFrom([{ ...disliked, note: "x".repeat(1_000) }]);
    expect(long[0]?.length).toBeLessThan(300);
  });
});
