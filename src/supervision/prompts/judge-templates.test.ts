import { expect, it } from "vitest";

import { judgeTemplates } from "./judge-templates.ts";
import { openMinijinja } from "./template-engine/minijinja-engine.ts";

const judge = async (files: Readonly<Record<string, string>>) => {
  const own = Object.entries(files).map(([name, text]) => ({ name, text, shownAs: `.tutti/templates/${name}` }));
  const { broken, untried, warnings } = await judgeTemplates(own, openMinijinja);
  return { broken: broken.map(({ message }) => message.replace(".tutti/templates/", "")), untried, warnings };
};

it("names every template that is wrong, whatever is wrong with it, and each once", async () => {
  const { broken, untried } = await judge({
    "wroker.md.j2": "x",
    "worker.md.j2": "{{ task.prompt",
    "manager.md.j2": "{% if %}",
    "reviewer.md.j2": "\n{{ gaol }}",
    "retry.md.j2": '{% include "parts/rules.md.j2" %}',
    "retry-docs.md.j2": '{% include "parts/rules.md.j2" %}',
    "parts/rules.md.j2": "{{ gaol }}",
    "continuation.md.j2": "{{ goal }}",
    "resolver.md.j2": "Resolve it.",
  });
  expect(broken).toEqual([
    "wroker.md.j2, line 1: no prompt is made with a template of this name",
    expect.stringMatching(/^worker\.md\.j2, line 1: syntax error/),
    expect.stringMatching(/^manager\.md\.j2, line 1: syntax error/),
    'continuation.md.j2, line 1: this prompt has no variable "goal"',
    ...["parts/rules.md.j2, line 1", "reviewer.md.j2, line 2"].map(
      (place) => `${place}: this prompt has no variable "gaol"`,
    ),
  ]);
  expect(untried).toEqual([]);
});

it("does not blame what uses a template that can't be read, and says that it was not tried", async () => {
  const { broken, untried } = await judge({
    "parts/rules.md.j2": "{{ x",
    "parts/all.md.j2": "{% include 'parts/rules.md.j2' %}",
    "worker.md.j2": '{{ task.prompt }}{% include "parts/all.md.j2" %}',
    "reviewer.md.j2": "{{ gaol }}",
  });
  expect(broken).toEqual([
    expect.stringMatching(/^parts\/rules\.md\.j2, line 1: syntax error/),
    'reviewer.md.j2, line 1: this prompt has no variable "gaol"',
  ]);
  expect(untried).toEqual(["parts/all.md.j2", "worker.md.j2"]);
});

it("finds nothing wrong where nothing is, and says what agents are not shown", async () => {
  const { broken, warnings } = await judge({ "worker.md.j2": "{{ goal }}: {{ task.prompt }}{{ feedback }}" });
  expect(broken).toEqual([]);
  expect(warnings).toMatchObject([{ template: "worker.md.j2" }]);
});
