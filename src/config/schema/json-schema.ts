import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.ts";
import { isJsonObject, type Path } from "../layers/path.ts";
import { seedNames } from "./seed-names.ts";
import { configSchema } from "./config-schema.ts";

let built: JsonObject | undefined;

/** JSON Schema (2020-12) of what a settings file may say; built once. */
export function configJsonSchema(): JsonObject {
  built ??= buildJsonSchema();
  return built;
}

const jsonObject = z.record(z.string(), z.json());

function buildJsonSchema(): JsonObject {
  const { $schema, ...generated } = jsonObject.parse(z.toJSONSchema(configSchema, { io: "input" }));
  return { $schema: $schema ?? null, title: "Tutti settings", ...generated };
}

/** The file that editors read: the older spellings are in it, marked as deprecated. */
export function configJsonSchemaText(): string {
  let schema: JsonObject = configJsonSchema();
  for (const { section, from, to, unit } of seedNames) {
    const type = unit === "boolean" ? "boolean" : "number";
    const older = { type, deprecated: true, description: `Older spelling of \`${section}.${to}\`.${unitNote(unit)}` };
    schema = withProperty(schema, [section, from], older);
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const unitNote = (unit: string): string => (unit === "seconds" ? " In seconds." : "");

function withProperty(node: JsonObject, [key, ...rest]: readonly string[], added: JsonObject): JsonObject {
  if (key === undefined) return added;
  const properties = propertiesOf(node);
  const child = properties[key];
  const replaced = withProperty(isJsonObject(child) ? child : {}, rest, added);
  return { ...node, properties: { ...properties, [key]: replaced } };
}

export function propertiesOf(node: JsonObject): JsonObject {
  const properties = node["properties"];
  return isJsonObject(properties) ? properties : {};
}

/** The part of the schema that describes a value, or `undefined` for a setting that doesn't exist. */
export function schemaAt(path: Path): JsonObject | undefined {
  let node: Json | undefined = configJsonSchema();
  for (const key of path) {
    if (!isJsonObject(node)) return undefined;
    node = typeof key === "number" ? node["items"] : propertiesOf(node)[key];
  }
  return isJsonObject(node) ? node : undefined;
}

/** Every setting that exists, as a path: `["execution", "workers"]`. Maps of settings are not listed themselves. */
export function settingPaths(node: JsonObject = configJsonSchema(), base: readonly string[] = []): string[][] {
  return Object.entries(propertiesOf(node)).flatMap(([key, child]) => {
    const path = [...base, key];
    if (!isJsonObject(child)) return [];
    return child["type"] === "object" ? settingPaths(child, path) : [path];
  });
}
