import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../../domain/json.ts";
import { openMinijinja } from "./minijinja-engine.ts";

const shownAs = (name: string): string => `.tutti/templates/${name}`;

async function open(files: Readonly<Record<string, string>>) {
  return openMinijinja(Object.entries(files).map(([name, text]) => ({ name, text, shownAs: shownAs(name) })));
}

const render = async (text: string, context: JsonObject = {}): Promise<string> =>
  (await open({ "a.md.j2": text })).render("a.md.j2", context);

const failure = (message: string | RegExp, hint?: string): unknown =>
  expect.objectContaining({
    code: "TEMPLATE_INVALID",
    message: typeof message === "string" ? message : expect.stringMatching(message),
    ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
  });

describe("a template", () => {
  it("has conditions, loops, filters, macros and blocks, and does not escape", async () => {
    const text =
      "{% macro bullet(x) %}- {{ x | upper }}{% endmacro %}{% for x in xs if x != 'b' %}{{ bullet(x) }};{% endfor %}{{ h }}";
    expect(await render(text, { xs: ["a", "b", "c"], h: "<b> & `q`" })).toBe("- A;- C;<b> & `q`");
  });

  it("shows what it is given and never carries it out", async () => {
    expect(await render("{{ x }}", { x: "{{ 1 + 1 }}{% include 'y' %}" })).toBe("{{ 1 + 1 }}{% include 'y' %}");
  });

  it("may extend and include others, also the one that it stands for", async () => {
    const engine = await open({
      "builtin/worker.md.j2": "A{% block rules %}old{% endblock %}",
      "parts/rule.md.j2": "and {{ x }}",
      "worker.md.j2":
        "{% extends 'builtin/worker.md.j2' %}{% block rules %}{{ super() }} {% include 'parts/rule.md.j2' %}{% endblock %}",
    });
    expect(engine.render("worker.md.j2", { x: 1 })).toBe("Aold and 1");
  });
});

describe("a template that is wrong says in one line where and what", () => {
  it.each([
    ["x\n{{ goal", /^\.tutti\/templates\/a\.md\.j2, line 2: syntax error: unexpected end of input/],
    ["{% if %}", /line 1: syntax error/],
    ["{{ goal | nofilter }}", /line 1: unknown filter: filter nofilter is unknown/],
    ["{{ nothing() }}", /line 1: unknown function: nothing is unknown/],
    ["{% include 'gone.md.j2' %}", /line 1: template not found: tried to include non-existing template "gone\.md\.j2"/],
    ["{% extends 'a.md.j2' %}", /line 1: invalid operation: cycle in template inheritance/],
    ["\n\n{{ gaol }}", '.tutti/templates/a.md.j2, line 3: this prompt has no variable "gaol"', 'Did you mean "goal"?'],
    [
      "{% if task.titel %}x{% endif %}",
      /line 1: this prompt has no variable "task\.titel"$/,
      'Did you mean "task.title"?',
    ],
  ])("%s", async (text, message, hint?: string) => {
    const failed = render(text, { goal: "g", task: { title: "t" } });
    await expect(failed).rejects.toEqual(failure(message, hint));
    await expect(failed).rejects.toThrow(/^[^\n]*$/);
  });

  it("where it stands in a template that another one includes or extends", async () => {
    const engine = await open({
      "inner.md.j2": "one\n{{ typo }}",
      "outer.md.j2": "{% include 'inner.md.j2' %}",
      "base.md.j2": "\n\n\n{% block a %}{{ slip }}{% endblock %}",
      "child.md.j2": "{% extends 'base.md.j2' %}{% block a %}{{ super() }}{% endblock %}",
    });
    expect(() => engine.render("outer.md.j2", {})).toThrow(/inner\.md\.j2, line 2: this prompt has no variable "typo"/);
    expect(() => engine.render("child.md.j2", {})).toThrow(/base\.md\.j2, line 4: this prompt has no variable "slip"/);
  });

  it("but may say what stands there instead of a variable that is not there", async () => {
    expect(await render("{{ gone | default('-') }}{% if gone is defined %}x{% endif %}")).toBe("-");
  });
});

describe("a template can't leave its sandbox", () => {
  it.each([
    "{{ x.constructor }}",
    "{{ x['constructor'] }}",
    "{{ x.__proto__ }}",
    "{{ x.toString() }}",
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ range.constructor('return process.version')() }}",
    "{{ (1).__class__.__mro__ }}",
    "{{ process.version }}",
    "{{ globalThis }}",
    "{{ self.__init__ }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../package.json' %}",
    "{% import 'node:fs' as fs %}",
  ])("%s", async (text) => {
    await expect(render(text, { x: { a: 1 } })).rejects.toEqual(failure(/./));
  });

  it("and what is called __proto__ in its context is a name as any other", async () => {
    const context = JSON.parse('{"x": {"__proto__": {"polluted": "yes"}}}') as JsonObject;
    expect(await render("{{ x.polluted | default('no') }}", context)).toBe("no");
    expect(Object.prototype).not.toHaveProperty("polluted");
  });
});

describe("a template that would not end", () => {
  it.each([
    ["{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}", /out of fuel/],
    ["{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", /recursion limit exceeded/],
    ["{{ 'x' * 3000000 }}", /more than 2000000 characters/],
    ["{{ range(1000000000) }}", /range has too many elements/],
  ])("is stopped: %s", async (text, message) => {
    await expect(render(text)).rejects.toEqual(failure(message));
  });

  it("leaves the others as they are", async () => {
    const engine = await open({ "bad.md.j2": "{{ nothing }}", "good.md.j2": "{{ x }}" });
    for (let time = 0; time < 3; time += 1) {
      expect(() => engine.render("bad.md.j2", {})).toThrow(/no variable "nothing"/);
      expect(engine.render("good.md.j2", { x: time })).toBe(String(time));
    }
  });
});
