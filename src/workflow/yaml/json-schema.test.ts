import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import { workflowJsonSchemaText } from "./json-schema.ts";

const published = () => readFile(new URL("../../../schema/tutti.workflow.schema.json", import.meta.url), "utf8");

test("the published JSON Schema of YAML workflows is up to date: node scripts/generate-schema.ts writes it", async () => {
  expect(await published()).toBe(workflowJsonSchemaText());
});

const step = "{ id: a, agent: explorer, prompt: Look. }";
const condition = "{ any: [{ ref: input.x, equals: 1 }] }";

test.each([
  [`steps: [${step}, { id: b, when: ${condition}, then: [{ id: c, parallel: [${step}] }] }]`, true],
  ["steps: []", false],
  ["steps: [{ id: a, agent: explorer, prompt: Look., promt: x }]", false],
  [`steps: [{ id: b, when: ${condition}, then: [{ id: c }] }]`, false],
  [`{ steps: [${step}], input: { x: { type: text } } }`, false],
])("it takes or refuses %s as the reader does", async (file, isRight) => {
  const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(await published())));
  expect(schema.safeParse(parse(file)).success).toBe(isRight);
});
