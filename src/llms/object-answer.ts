import type { JsonObject } from "../domain/json.ts";

/** Where an answer is a tool's input it is always an object: another answer is put into one. */
const isObjectSchema = ({ type }: JsonObject): boolean => type === "object";

const wrapper = "answer";

/** A schema of an object: the one that was given, or one around it. */
export const objectSchema = (schema: JsonObject): JsonObject & { readonly type: "object" } =>
  isObjectSchema(schema)
    ? { ...schema, type: "object" }
    : { type: "object", properties: { [wrapper]: schema }, required: [wrapper], additionalProperties: false };

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
