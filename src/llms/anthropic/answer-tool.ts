import type Anthropic from "@anthropic-ai/sdk";

import type { JsonObject } from "../../domain/json.ts";

/** A tool's input is always an object: another answer is put into one. */
const isObjectSchema = ({ type }: JsonObject): boolean => type === "object";

const wrapper = "answer";

export function toolFor(schema: JsonObject): Anthropic.Tool {
  const inner = isObjectSchema(schema) ? schema : { properties: { [wrapper]: schema }, required: [wrapper] };
  return {
    name: "answer",
    description: "Give your answer. Call it exactly once; nothing else you write is read.",
    input_schema: { ...inner, type: "object" },
  };
}

/** The answer alone. What can't be read stays as it is: then it is found not to be what the schema asks for. */
export function unwrapped(text: string, schema: JsonObject): string {
  if (isObjectSchema(schema)) return text;
  try {
    const input: unknown = JSON.parse(text);
    const isWrapped = typeof input === "object" && input !== null && wrapper in input;
    return isWrapped ? JSON.stringify(input[wrapper]) : text;
  } catch {
    return text;
  }
}
