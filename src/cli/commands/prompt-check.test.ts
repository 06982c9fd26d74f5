import { expect, it, onTestFinished } from "vitest";

import { scratchRepository, writeFiles } from "../../../test/support/scratch-repository.ts";
import { checkCheckout } from "../../orchestration/prompts/prompt-room.ts";
import { diagnoseTemplates } from "./diagnose-templates.ts";
import { tellBroken } from "./prompt.ts";
import { noStyle } from "../render/style.ts";

async function brokenCheckout() {
  const scratch = await scratchRepository();
  onTestFinished(() => scratch[Symbol.asyncDispose]());
  await writeFiles(scratch.root, {
    ".tutti/templates/notes.txt": "x",
    ".tutti/templates/worker.md.j2": "{{ task.prompt",
    ".tutti/templates/reviewer.md.j2": "{{ gaol }}",
  });
  return scratch;
}

const places = ["notes.txt, line 1: a template's name", "worker.md.j2, line 1: syntax", "reviewer.md.j2, line 1: this"];
const named = places.map((place) => `.tutti/templates/${place}`);

it("tutti doctor has a line for each template that is wrong, also for what is none", async () => {
  const { root } = await brokenCheckout();
  const found = await diagnoseTemplates(root);
  expect(found.map(({ name, status }) => `${name} ${status}`)).toEqual(named.map(() => "templates failed"));
  for (const [index, place] of named.entries()) expect(found[index]?.detail).toContain(place);
});

it("tutti prompt check prints an error for each, and one object with --json", async () => {
  const report = await checkCheckout(await (await brokenCheckout()).open());
  const said = { out: "", err: "" };
  const stdout = (text: string) => void (said.out += text);
  const stderr = (text: string) => void (said.err += text);
  const face = { stdout, stderr, style: noStyle };

  expect(tellBroken({ ...face, isJson: false }, { ...report, untried: ["retry.md.j2"] })).toBe(2);
  const errors = said.err.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors).toHaveLength(3);
  for (const [index, place] of named.entries()) expect(errors[index]).toContain(place);
  expect(said.err).toMatch(/\nNot tried, because of what they use: retry\.md\.j2\.\n$/);

  expect(tellBroken({ ...face, isJson: true }, report)).toBe(2);
  const invalid = { code: "TEMPLATE_INVALID" };
  expect(JSON.parse(said.out)).toMatchObject({
    type: "error",
    error: invalid,
    others: [invalid, invalid],
    untried: [],
  });
});
