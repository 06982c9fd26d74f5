import { describe, expect, it } from "vitest";

import { parseYaml } from "../../config/read/yaml-file.ts";
import { parseRules } from "./parse-rules.ts";

const parse = (text: string, evaluators: readonly string[] = []) =>
  parseRules({ ...parseYaml(text, "rules.yaml"), where: "rules.yaml", evaluators });

const one = (lines: string): string => `rules:\n  - name: a\n${lines.replaceAll(/^/gm, "    ")}\n`;

describe("rules", () => {
  it("have short forms", () => {
    expect(parse(one("on: permission\naction: deny\nwhen: { tool: Bash, command: [a, b], taskCostUsd: 3 }"))).toEqual([
      {
        name: "a",
        on: ["permission"],
        action: "deny",
        priority: 0,
        when: { tool: { oneOf: ["Bash"] }, command: { oneOf: ["a", "b"] }, taskCostUsd: { is: 3 } },
      },
    ]);
    const [rule] = parse(one('on: [before-merge, unproven]\naction: ask\nwhen: { paths: "src/**" }'));
    expect(rule?.when).toEqual({ paths: { any: ["src/**"] } });
  });

  it.each([
    [
      "on: before-merge\nwhen: { confidnce: { below: 1 } }\naction: ask",
      "rules.yaml:4: rules[0].when.confidnce: is no fact; did you mean confidence?",
    ],
    [
      "on: before-merge\nwhen:\n  any:\n    - confidence: { belw: 1 }\naction: ask",
      "rules.yaml:6: rules[0].when.any[0].confidence",
    ],
    ["on: before-merge\naction: aprove", "rules.yaml:4: rules[0].action: must be one of ask, approve, deny"],
    ["on: merge\naction: ask", "rules.yaml:3: rules[0].on: must be one of plan"],
    ["on: plan\nwhen: { paths: x }\naction: ask", "rules.yaml:4: rules[0].when.paths: paths is not known on plan"],
    ["on: budget\naction: approve", "rules.yaml:4: rules[0].action: nothing of kind budget can be approved by a rule"],
    [
      "on: plan\naction: ask\nmessage: '{{ tsks }}'",
      "rules.yaml:5: rules[0].message: there is no fact tsks; did you mean tasks?",
    ],
    [
      "on: plan\naction: ask\nwhen: { custom: isNigth }",
      "rules.yaml:5: rules[0].when.custom: no plugin has an evaluator isNigth; did you mean isNight?",
    ],
    ["on: plan\naction: ask\ntimeoutMs: 0", "rules.yaml:5: rules[0].timeoutMs: must be a whole number of milliseconds"],
    ["on: plan\naction: ask\nwehn: {}", "rules.yaml:5: rules[0].wehn: is no setting of a rule; did you mean when?"],
    ["on: plan\naction: ask\nwhen: { tasks: many }", "rules.yaml:5: rules[0].when.tasks: must be a number"],
  ])("say in one line where they are wrong: %s", (lines, message) => {
    const wrong = (): unknown => parse(one(lines), ["isNight"]);
    expect(wrong).toThrow(expect.objectContaining({ code: "BREAKPOINT_INVALID" }));
    expect(wrong).toThrow(message);
    expect(wrong).not.toThrow(/\n/);
  });

  it("have names of their own", () => {
    const twins = "rules:\n  - { name: a, on: plan, action: ask }\n  - { name: a, on: plan, action: deny }\n";
    expect(() => parse(twins)).toThrow("rules.yaml:3: rules[1].name: another rule is called a");
  });
});
