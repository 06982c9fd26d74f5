import type { Json, JsonObject } from "../../domain/json.ts";

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether OpenAI's strict mode takes a schema: every object closed, every property required. One that it doesn't take it refuses. */
export function isStrictSchema(schema: JsonObject): boolean {
  return (!describesObject(schema) || isClosed(schema)) && Object.values(schema).every(isStrictPart);
}

const isStrictPart = (part: Json | undefined): boolean => {
  if (Array.isArray(part)) return part.every(isStrictPart);
  return !isObject(part) || isStrictSchema(part);
};

const describesObject = ({ type, properties }: JsonObject): boolean =>
  type === "object" || (isObject(properties) && type === undefined);

function isClosed({ properties, required, additionalProperties }: JsonObject): boolean {
  const names = isObject(properties) ? Object.keys(properties) : [];
  const needed: readonly Json[] = Array.isArray(required) ? required : [];
  return additionalProperties === false && names.every((name) => needed.includes(name));
}
