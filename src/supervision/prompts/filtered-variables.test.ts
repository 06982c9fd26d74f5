import { expect, it } from "vitest";

import { missingFiltered } from "./filtered-variables.ts";
import { promptKinds } from "./prompt-kind.ts";
import { builtinTemplates } from "./templates/builtin-templates.ts";
import { sampleContext } from "./sample-requests.ts";

const context = { goal: "g", task: { title: "t", expectedOutputs: ["a"] }, gates: [{ name: "n", run: "r" }] };
const found = (text: string) => missingFiltered(text, context).map(({ path, line }) => `${path}:${line}`);

it.each([
  ["{{ gaol | upper }}", ["gaol:1"]],
  ["x\n{{ task.titel|trim }}", ["task.titel:2"]],
  ["{% for gate in gates %}\n{{ gate.nam | upper }}{% endfor %}", ["gate.nam:2"]],
  ["{% if gaol | length > 1 %}x{% endif %}", ["gaol:1"]],
  ["{% raw %}\n{% endraw %}{{ gaol | trim | upper | title }}", ["gaol:2"]],
  ["{% if goal %}{{ task.title ~ (gaol | upper) }}{% endif %}", ["gaol:1"]],
])("a missing variable is found behind a filter: %s", (text, expected) => {
  expect(found(text)).toEqual(expected);
});

it.each([
  "{{ goal | trim | upper | title | trim }}{{ goal | replace('a', 'b') | trim | upper | title }}",
  "{% raw %}{{ gaol | upper }}{# {% endraw %}{%- raw -%}{{ gaol | upper }}{%- endraw -%}",
  "{{ goal | upper | trim }}{{ task.expectedOutputs | join(', ') }}",
  "{{ gaol | default('x') | upper }}{{ gaol | d('') }}",
  "{% for gate in gates %}{{ gate.name | upper }}{{ loop.index | string }}{% endfor %}",
  "{% set x = goal %}{{ x | upper }}{% macro m(y) %}{{ y | upper }}{% endmacro %}",
  "{# {{ gaol | upper }} #}{{ 'gaol | upper' }}{{ \"a | b\" }}",
  "{{ (goal) | upper }}{{ f(goal) | upper }}{{ 'x' | upper }}{{ [1, 2] | length }}",
])("what is there, or bound, or has something to stand for it, is not: %s", (text) => {
  expect(found(text)).toEqual([]);
});

it("the built-in templates have none", () => {
  for (const kind of promptKinds) {
    const sample = sampleContext(kind);
    expect([kind, missingFiltered(builtinTemplates[kind], sample)]).toEqual([kind, []]);
  }
});
