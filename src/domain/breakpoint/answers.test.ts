import { describe, expect, it } from "vitest";

import { answersOf, breakpointKinds, effectOf, meaningOf, refusalOf } from "./answers.ts";
import { factNames, isKnownAt } from "./facts.ts";
import { isSameCall } from "./same-call.ts";

const abouts = breakpointKinds.flatMap((kind) => [true, false].map((isOfJob) => ({ kind, isOfJob })));

describe("every kind of breakpoint", () => {
  it.each(abouts)("has answers, one of which is the no of a timeout: %j", (about) => {
    const answers = answersOf(about);
    expect(answers).toContain(refusalOf(about));
    expect(["fail", "cancel", "none", "go-on"]).toContain(effectOf(about, refusalOf(about)));
    for (const answer of answers) expect(meaningOf(about, answer)).not.toBe("");
  });

  it("never lets anything through when nobody answers", () => {
    const letThrough = ["approve", "allow", "allow-for-job", "raise", "answer", "wait", "retry"];
    for (const about of abouts) expect(letThrough).not.toContain(refusalOf(about));
  });

  it.each(breakpointKinds)("knows some facts: %s", (kind) => {
    expect(factNames.some((name) => isKnownAt(name, kind))).toBe(true);
  });
});

describe("a tool call", () => {
  it("is the same whatever the order of its input, and whatever a command is called", () => {
    const call = { tool: "Bash", input: { command: "a", description: "one" } };
    expect(isSameCall(call, { tool: "Bash", input: { description: "two", command: "a" } })).toBe(true);
    expect(isSameCall(call, { tool: "Bash", input: { command: "b" } })).toBe(false);
    expect(isSameCall(call, { tool: "Write", input: call.input })).toBe(false);
  });
});
