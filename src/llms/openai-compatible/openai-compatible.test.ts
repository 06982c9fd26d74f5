import { describe, expect, it } from "vitest";

import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { llmServerConformance } from "../../testing/llm-conformance.ts";
import { openAiCompatible } from "./openai-compatible.ts";
import { isStrictSchema } from "./strict-schema.ts";

llmServerConformance("OpenAI-compatible", async () => {
  const server = await fakeOpenAi(["judge", "other"]);
  const adapter = openAiCompatible({ model: "judge", baseUrl: server.url, apiKey: server.apiKey });
  return { adapter, model: "judge", server, remove: server.stop };
});

describe("a strict schema", () => {
  const closed = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };

  it.each([
    [closed, true],
    [{ ...closed, additionalProperties: true }, false],
    [{ ...closed, required: [] }, false],
    [{ type: "array", items: closed }, true],
    [{ ...closed, properties: { a: { anyOf: [{ type: "object" }] } } }, false],
  ])("has closed objects with every property required: %j is %s", (schema, isStrict) => {
    expect(isStrictSchema(schema)).toBe(isStrict);
  });
});
