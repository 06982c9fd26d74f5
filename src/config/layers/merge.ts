import type { Json, JsonObject } from "../../domain/json.ts";
import type { Layer, Provenance } from "./layer.ts";
import { formatPath, isJsonObject, type Path } from "./path.ts";

/** A setting: everything that isn't a map of settings. Lists are settings as a whole. */
export type Leaf = { readonly path: Path; readonly value: Json };

export function leavesOf(values: JsonObject, base: Path = []): Leaf[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...base, key];
    if (value === undefined) return [];
    return isJsonObject(value) ? leavesOf(value, path) : [{ path, value }];
  });
}

export type Merged = {
  readonly values: JsonObject;
  /** By formatted path; only what some layer sets. */
  readonly provenance: ReadonlyMap<string, Provenance>;
};

/** @param layers - in ascending precedence; each is valid on its own, so that maps meet maps */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const provenance = new Map<string, Provenance>();
  for (const layer of layers) {
    for (const { path } of leavesOf(layer.values)) provenance.set(formatPath(path), layer.originOf(path));
  }
  return { values: layers.reduce((merged, layer) => mergeObjects(merged, layer.values), {}), provenance };
}

function mergeObjects(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map<string, Json | undefined>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(key, isJsonObject(before) && isJsonObject(value) ? mergeObjects(before, value) : value);
  }
  return Object.fromEntries(merged);
}
