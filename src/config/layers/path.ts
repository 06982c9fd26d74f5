import type { Json, JsonObject } from "../../domain/json.ts";

/** The way from the root of the settings to a value: `["gates", 0, "name"]`. */
export type Path = readonly (string | number)[];

/** `gates[0].name` */
export function formatPath(path: Path): string {
  const parts = path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`));
  return parts.join("");
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** @returns `undefined` where the path leads nowhere */
export function valueAt(root: Json | undefined, path: Path): Json | undefined {
  let value = root;
  for (const key of path) value = childOf(value, key);
  return value;
}

function childOf(value: Json | undefined, key: string | number): Json | undefined {
  if (isJsonArray(value)) return typeof key === "number" ? value[key] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
