import { describe, expect, it } from "vitest";

import { eventTypePatternSchema, patternOf, workflowEventSchema } from "./workflow-event.ts";

describe("an event", () => {
  it("needs an id and a type; the rest has a default", () => {
    expect(workflowEventSchema.parse({ id: "1", type: "test_failed" })).toEqual({
      id: "1",
      type: "test_failed",
      source: "manual",
      details: {},
    });
  });

  it.each(["", "a b", ".a", "a.", "a..b", "*", "a.*"])("of type %j is refused", (type) => {
    expect(workflowEventSchema.safeParse({ id: "1", type }).success).toBe(false);
  });

  it("with a field that nobody knows is refused", () => {
    expect(workflowEventSchema.safeParse({ id: "1", type: "a", detials: {} }).success).toBe(false);
  });
});

describe("patterns of event types", () => {
  it.each(["a", "a.b", "a.*", "a.b.*", "*"])("%s is one", (pattern) => {
    expect(eventTypePatternSchema.safeParse(pattern).success).toBe(true);
  });

  it.each(["a*", "*.a", "a.*.b", "**", ""])("%s is none", (pattern) => {
    expect(eventTypePatternSchema.safeParse(pattern).success).toBe(false);
  });

  it.each([
    ["github.push", "github.push"],
    ["github.pull_request.opened", "github.pull_request.*"],
    ["github.issues", "github.*"],
    ["github", "*"],
    ["githubs.push", "*"],
  ])("of %s the most special counts: %s", (type, pattern) => {
    expect(patternOf(type, ["*", "github.*", "github.pull_request.*", "github.push"])).toBe(pattern);
  });

  it("may all be for something else", () => {
    expect(patternOf("cron", ["test_failed", "github.*"])).toBeUndefined();
  });
});
