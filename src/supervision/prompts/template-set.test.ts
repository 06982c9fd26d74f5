import { describe, expect, it } from "vitest";

import { defaultPromptSettings } from "../../domain/prompt/prompt-settings.ts";
import { checkTemplateSet, checkVariant } from "./check-template-set.ts";
import { promptKinds } from "./prompt-kind.ts";
import { PromptWriter } from "./prompt-writer.ts";
import { sampleRequests, variablesOf } from "./sample-requests.ts";
import { TemplateSet } from "./template-set.ts";
import { openMinijinja } from "./template-engine/minijinja-engine.ts";
import type { PromptRequest } from "./prompt-request.ts";

const filesOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([name, text]) => ({ name, text, shownAs: `.tutti/templates/${name}` }));

const open = (files: Readonly<Record<string, string>>): Promise<TemplateSet> =>
  TemplateSet.open(filesOf(files), openMinijinja);

const check = async (files: Readonly<Record<string, string>>) => checkTemplateSet(await open(files));

function workerSample(): PromptRequest {
  const sample = sampleRequests("worker");
  if (sample === undefined) throw new Error("a worker's prompt has variables");
  return sample.everything;
}

const write = (files: Readonly<Record<string, string>>, request: Partial<PromptRequest> = {}) =>
  new PromptWriter(() => Promise.resolve(filesOf(files))).write(
    { ...workerSample(), ...request },
    { commit: "c0ffee", settings: defaultPromptSettings },
  );

describe("a project's template", () => {
  it("goes before the one that comes with Tutti, and can't lose the head", async () => {
    const prompt = await write({ "worker.md.j2": "Only this: {{ task.prompt }}" });
    expect(prompt.text).toBe("Tutti role: worker\nTutti task: sample\nTutti attempt: 3\n\nOnly this: sample-prompt");
    expect(prompt.template).toEqual({ name: "worker.md.j2", from: "project" });
  });

  it("may replace one block of it", async () => {
    const own = '{% extends "builtin/worker.md.j2" %}{% block rules %}## House rules\n- {{ goal }}{% endblock %}';
    const { text } = await write({ "worker.md.j2": own });
    expect(text).toMatch(/## Your task: A sample\nsample-prompt\n/);
    expect(text).toMatch(/\n\n## House rules\n- sample-goal$/);
    expect(text).not.toContain("You need not commit");
  });

  it("may be for some tasks only: the first variant that there is counts", async () => {
    const files = { "worker-docs.md.j2": "docs", "worker-careful.md.j2": "careful", "worker.md.j2": "any" };
    const textWith = async (...variants: readonly string[]): Promise<string> => (await write(files, { variants })).text;
    expect(await textWith("docs", "careful")).toMatch(/\n\ndocs$/);
    expect(await textWith("unknown", "careful")).toMatch(/\n\ncareful$/);
    expect(await textWith("unknown")).toMatch(/\n\nany$/);
  });
});

describe("templates are checked before anything is spent", () => {
  it("all that come with Tutti are whole", async () => {
    expect(await check({})).toEqual([]);
    for (const kind of promptKinds) expect(sampleRequests(kind) === undefined).toBe(variablesOf(kind).length === 0);
  });

  it.each([
    [{ "worker.md.j2": "{{ task.prompt" }, "worker.md.j2, line 1: syntax error"],
    [
      { "worker.md.j2": "{% if parent %}\n{{ parent.promt }}{% endif %}" },
      'line 2: this prompt has no variable "parent.promt"',
    ],
    [{ "worker.md.j2": "{% if not parent %}\n\n{{ gaol }}{% endif %}" }, 'line 3: this prompt has no variable "gaol"'],
    [{ "retry-docs.md.j2": "{{ goal }}" }, 'retry-docs.md.j2, line 1: this prompt has no variable "goal"'],
    [
      { "worker.md.j2": "\n{{ task.prompt }}{{ gaol | upper }}" },
      'worker.md.j2, line 2: this prompt has no variable "gaol"',
    ],
    [{ "parts/a.md.j2": "{{ gaol | upper }}" }, 'parts/a.md.j2, line 1: this prompt has no variable "gaol"'],
    [{ "continuation.md.j2": "{{ goal }}" }, 'continuation.md.j2, line 1: this prompt has no variable "goal"'],
    [{ "wroker.md.j2": "x" }, "wroker.md.j2, line 1: no prompt is made with a template of this name"],
    [{ "builtin/worker.md.j2": "x" }, "builtin/ holds the templates that come with Tutti"],
  ])("%j", async (files, message) => {
    await expect(check(files)).rejects.toMatchObject({ code: "TEMPLATE_INVALID" });
    await expect(check(files)).rejects.toThrow(message);
  });

  it("says what a template leaves out that agents need", async () => {
    const warnings = await check({ "worker.md.j2": "{{ goal }}: {{ task.prompt }}{{ feedback }}" });
    expect(warnings).toEqual([
      { template: "worker.md.j2", leavesOut: ["task.expectedOutputs", "task.acceptance", "task.footprint", "gates"] },
    ]);
  });

  it("a task can't ask for a template that is not there", async () => {
    const templates = await open({ "worker-docs.md.j2": "{{ goal }}", "parts/rules.md.j2": "- x" });
    expect(() => checkVariant(templates, { key: "a", template: "docs" })).not.toThrow();
    expect(() => checkVariant(templates, { key: "a" })).not.toThrow();
    expect(() => checkVariant(templates, { key: "a", template: "dosc" })).toThrow(
      expect.objectContaining({ code: "TEMPLATE_INVALID", hint: expect.stringContaining("docs") }),
    );
  });
});
