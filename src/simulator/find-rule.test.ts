import { describe, expect, it } from "vitest";
import { readConversation } from "./conversation.ts";
import { findRule } from "./find-rule.ts";
import { parseScenario } from "./load-scenario.ts";
import { MessagesRequest } from "./messages-request.ts";

const scenario = parseScenario(`
rules:
  - { name: plan, match: { role: manager }, turns: [{ says: x }] }
  - { name: retry, match: { task: [a, b], attempt: 2 }, turns: [{ says: x }] }
  - { name: both, match: { task: [a, b] }, turns: [{ says: x }] }
  - { name: role, match: { system: [You find, quickly] }, turns: [{ says: x }] }
  - { name: big, match: { role: any, model: opus }, turns: [{ says: x }] }
  - { name: words, match: { contains: [fix, login] }, turns: [{ says: x }] }
  - { name: pattern, match: { matches: "^Review \\\\w+$" }, turns: [{ says: x }] }
`);

function ruleFor(content: string, model = "claude-sonnet-5-5"): string | undefined {
  const request = MessagesRequest.parse({ model, messages: [{ role: "user", content }] });
  return findRule(scenario, readConversation(request))?.rule?.name;
}

describe("findRule", () => {
  it.each([
    ["Tutti role: manager\nTutti task: a", "plan"],
    ["Tutti role: worker\nTutti task: b\nTutti attempt: 2", "retry"],
    ["Tutti role: worker\nTutti task: b\nTutti attempt: 3", "both"],
    ["Please fix the login.", "words"],
    ["Hello.\nReview everything\nThanks.", "pattern"],
    ["Please fix it.", undefined],
    ["I am no manager: Tutti role: manager", undefined],
  ])("answers %j with the first rule that matches: %s", (prompt, rule) => {
    expect(ruleFor(prompt)).toBe(rule);
  });

  it("looks at the system prompt", () => {
    const found = (system: string) =>
      findRule(
        scenario,
        readConversation(
          MessagesRequest.parse({ model: "m", system, messages: [{ role: "user", content: "Where is it?" }] }),
        ),
      )?.rule?.name;
    expect(found("You find things, quickly.")).toBe("role");
    expect(found("You find things.")).toBeUndefined();
  });

  it("looks at the model", () => {
    expect(ruleFor("Hello.", "claude-opus-5-5")).toBe("big");
  });
});
