import type { Json, JsonObject } from "../../domain/json.ts";
import { problemError } from "../problems/problem.ts";
import { formatPath, isJsonObject, type Path } from "./path.ts";

/**
 * Takes what a file or a program gave as settings. `null` and `undefined` mean "not set", so that a section with every
 * line commented out is allowed.
 * @param placeOf - the place of a path, as messages name it
 * @throws {TuttiError} `CONFIG_INVALID` when it isn't a map, or holds what JSON can't: functions, dates, cycles
 */
export function plainValues(content: unknown, placeOf: (path: Path) => string): JsonObject {
  const values = plain(content ?? {}, { path: [], ancestors: [], placeOf });
  if (isJsonObject(values)) return values;
  throw notPlain("the settings", "a map of settings", placeOf([]));
}

type Visit = {
  readonly path: Path;
  readonly ancestors: readonly object[];
  readonly placeOf: (path: Path) => string;
};

function plain(value: unknown, visit: Visit): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object" || visit.ancestors.includes(value) || !isPlain(value)) {
    throw notPlain(formatPath(visit.path) || "the settings", "plain data", visit.placeOf(visit.path));
  }
  const inside = (key: string | number): Visit => ({
    ...visit,
    path: [...visit.path, key],
    ancestors: [...visit.ancestors, value],
  });
  if (Array.isArray(value)) return value.map((item: unknown, index) => plain(item ?? null, inside(index)));
  const set = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(set.map(([key, item]) => [key, plain(item, inside(key))]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}

function notPlain(field: string, expected: string, where: string) {
  const fix = "Settings are texts, numbers, true or false, lists and maps.";
  return problemError({ code: "CONFIG_INVALID", where, what: `${field} must be ${expected}`, fix });
}
