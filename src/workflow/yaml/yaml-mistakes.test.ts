import { expect, it, test } from "vitest";

import { TuttiError } from "../../domain/errors.ts";
import { program } from "./yaml-workflow.fixture.ts";

function mistakeOf(text: string): { message: string; hint: string | undefined } {
  try {
    program(text);
  } catch (thrown) {
    if (TuttiError.is(thrown) && thrown.code === "WORKFLOW_INVALID")
      return { message: thrown.message, hint: thrown.hint };
    throw thrown;
  }
  throw new Error("There is no mistake");
}

const step = (line: string): string => `steps:\n  - { id: a, agent: x, prompt: go }\n  - ${line}\n`;

test.each([
  ["no steps", "name: a", "flow.yaml: steps is missing", undefined],
  [
    "an unknown option of the file",
    "name: a\nstps: []\nsteps: [{ id: a, sleep: 1s }]",
    "flow.yaml:2: stps is no option",
    "Did you mean steps?",
  ],
  [
    "an unknown option of a step",
    step("{ id: b, agent: x, promt: go, prompt: go }"),
    "flow.yaml:3: steps[1].promt is no option",
    "Did you mean prompt?",
  ],
  [
    "an option of another kind of step",
    step("{ id: b, run: ls, access: read }"),
    "flow.yaml:3: steps[1].access is no option",
    undefined,
  ],
  [
    "an option by the name that it had",
    step("{ id: b, mustSucceed: some, parallel: [{ id: c, agent: x, prompt: go }] }"),
    "flow.yaml:3: steps[1].mustSucceed is no option",
    "It is called failures now",
  ],
  ["a missing option", step("{ id: b, agent: x }"), "flow.yaml:3: steps[1].prompt is missing", undefined],
  [
    "a wrong type",
    step("{ id: b, agent: x, prompt: go, priority: high }"),
    "flow.yaml:3: steps[1].priority must be number, received string",
    undefined,
  ],
  [
    "a wrong word",
    step("{ id: b, agent: x, prompt: go, access: write }"),
    'flow.yaml:3: steps[1].access must be one of "read"|"edit"',
    undefined,
  ],
  [
    "a step that does nothing",
    step("{ id: b, promt: go, agnt: x }"),
    "flow.yaml:3: steps[1] says not what is to be done",
    "Did you mean agent?",
  ],
  [
    "a step that does two things",
    step("{ id: b, run: ls, sleep: 5m }"),
    "flow.yaml:3: steps[1] is two kinds of step at once: run and sleep",
    undefined,
  ],
  ["an id twice", step("{ id: a, sleep: 5m }"), "flow.yaml:3: steps[1].id a is also the id of flow.yaml:2", undefined],
  [
    "an id that is none",
    step("{ id: 1st, sleep: 5m }"),
    "flow.yaml:3: steps[1].id must begin with a letter and have only letters, digits, - and _",
    undefined,
  ],
  [
    "a time that is none",
    step("{ id: b, sleep: soon }"),
    "flow.yaml:3: steps[1].sleep must be a time such as 30s, 5m, 2h or 1d",
    undefined,
  ],
  [
    "an unknown need",
    step("{ id: b, sleep: 5m, needs: [c] }"),
    "flow.yaml:3: steps[1].needs[0] names c, and there is no such step",
    "Did you mean a?",
  ],
  [
    "an unknown input",
    step('{ id: b, agent: x, prompt: "{{ input.z }}" }'),
    "flow.yaml:3: steps[1].prompt refers to input.z, and the workflow takes no z",
    undefined,
  ],
  [
    "an unknown step",
    step('{ id: b, agent: x, prompt: "{{ steps.aa.result }}" }'),
    "flow.yaml:3: steps[1].prompt refers to steps.aa.result, and there is no step aa",
    "Did you mean a?",
  ],
  [
    "an unknown root",
    step('{ id: b, agent: x, prompt: "{{ inputs.z }}" }'),
    "flow.yaml:3: steps[1].prompt refers to inputs.z, which is nothing",
    "Did you mean input?",
  ],
  [
    "a part that steps don't have",
    step('{ id: b, agent: x, prompt: "{{ steps.a.output }}" }'),
    "flow.yaml:3: steps[1].prompt refers to steps.a.output: of a step there is its result",
    "Write steps.a.result",
  ],
  [
    "an expression",
    step('{ id: b, agent: x, prompt: "{{ 1 + 1 }}" }'),
    "flow.yaml:3: steps[1].prompt has {{ 1 + 1 }}, which is no reference",
    "Write {{ input.name }} or {{ steps.id.result.field }}; \\{{ is text",
  ],
  [
    "a condition with two comparisons",
    step("{ id: b, when: { ref: steps.a.result, equals: 1, above: 2 }, then: [{ id: c, sleep: 1s }] }"),
    "flow.yaml:3: steps[1].when must have one of equals, in, exists, above, below, beside ref",
    undefined,
  ],
  [
    "a default of another type",
    "input:\n  n: { type: number, default: x }\nsteps: [{ id: a, sleep: 1s }]",
    "flow.yaml:2: input.n.default is not of its type",
    undefined,
  ],
  [
    "a form that is none",
    step("{ id: b, agent: x, prompt: go, result: { n: nmber } }"),
    "flow.yaml:3: steps[1].result n: must be one of string, number, integer, boolean, list, object, string[], number[]",
    undefined,
  ],
  [
    "a reference in a script",
    "input: { n: string }\nsteps: [{ id: a, run: [sh, -c, 'echo {{ input.n }}'] }]",
    "flow.yaml:2: steps[0].run has a reference in what it runs, a program's name or a script, which would run whatever it holds",
    'Give the script an argument of its own for it: run: [sh, -c, \'echo "$1"\', sh, "{{ input.name }}"]',
  ],
  [
    "a reference in a line for the shell",
    "input: { n: string }\nsteps: [{ id: a, run: 'echo {{ input.n }}' }]",
    "flow.yaml:2: steps[0].run has a reference in a line for the shell, which would run whatever it holds",
    'Write program and arguments as a list: run: [npm, test, "{{ input.name }}"]',
  ],
])("%s is named with file, line and field", (_what, text, message, hint) => {
  expect(mistakeOf(text)).toMatchObject({ message, ...(hint === undefined ? {} : { hint }) });
});

it("names every step and line of a circle of needs, also where a step waits for the one before it", () => {
  const written = "steps:\n  - { id: a, sleep: 1s, needs: [c] }\n  - { id: b, sleep: 1s }\n  - { id: c, sleep: 1s }\n";
  expect(mistakeOf(written).message).toBe(
    "flow.yaml:2: steps[0].needs waits for itself: a (line 2) → c (line 4) → b (line 3) → a (line 2)",
  );
});

it("refuses a reference to what isn't waited for", () => {
  const written =
    'steps:\n  - { id: a, agent: x, prompt: go }\n  - { id: b, agent: x, prompt: "{{ steps.a.result }}", needs: [] }\n';
  expect(mistakeOf(written)).toEqual({
    message: "flow.yaml:3: steps[1].prompt refers to steps.a.result, which is not done when b begins",
    hint: "Add a to the needs of b, or refer to the step around a",
  });
});

it("refuses a field that the form of an answer does not have", () => {
  const written =
    'steps:\n  - { id: a, agent: x, prompt: go, result: { files: list } }\n  - { id: b, agent: x, prompt: "{{ steps.a.result.file }}" }\n';
  expect(mistakeOf(written)).toEqual({
    message: "flow.yaml:3: steps[1].prompt refers to steps.a.result.file, and the result of a has no file",
    hint: "Did you mean files?",
  });
});

it("refuses a reference into the steps of a forEach from outside", () => {
  const written =
    'input: { l: list }\nsteps:\n  - { id: each, forEach: input.l, as: i, steps: [{ id: in, agent: x, prompt: go }] }\n  - { id: b, agent: x, prompt: "{{ steps.in.result }}" }\n';
  expect(mistakeOf(written).message).toContain("flow.yaml:4: steps[1].prompt refers to steps.in.result, which");
});

it("counts the other mistakes, and keeps them for scripts", () => {
  const written = "steps:\n  - { id: a, agent: x }\n  - { id: b, run: ls, acces: read }\n";
  expect(mistakeOf(written).message).toBe("flow.yaml:2: steps[0].prompt is missing (and 1 more)");
});
