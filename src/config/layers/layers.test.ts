import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.ts";
import { configSchema } from "../schema/config-schema.ts";
import { schemaAt, settingPaths } from "../schema/json-schema.ts";
import { environmentLayer, variableFor } from "./env-layer.ts";
import type { Layer } from "./layer.ts";
import { leavesOf, mergeLayers } from "./merge.ts";
import { formatPath, valueAt } from "./path.ts";

const layerOf = (values: JsonObject): Layer => ({ name: "flag", values, originOf: () => ({ layer: "flag" }) });

/** Trees of one shape: a map never meets a text, as validation guarantees. */
const value = fc.oneof(fc.string(), fc.integer(), fc.array(fc.string(), { maxLength: 3 }));
const section = fc.dictionary(fc.constantFrom("a", "b", "c"), value);
const tree: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom("x", "y", "z"), section);

describe("mergeLayers", () => {
  test("each setting has the value of the last layer that sets it, and nothing else is there", () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (trees) => {
        const { values, provenance } = mergeLayers(trees.map(layerOf));
        const last = new Map<string, Json>(
          trees.flatMap((each) => leavesOf(each)).map(({ path, value }) => [formatPath(path), value]),
        );
        expect(new Map(leavesOf(values).map(({ path, value }) => [formatPath(path), value]))).toEqual(last);
        expect(new Set(provenance.keys())).toEqual(new Set(last.keys()));
      }),
    );
  });

  test("a key named __proto__ is data", () => {
    const merged = mergeLayers([layerOf(Object.fromEntries([["__proto__", { polluted: 1 }]]))]);
    expect(Object.hasOwn(merged.values, "__proto__")).toBe(true);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("environment", () => {
  const settings = settingPaths().filter((path) => path[0] !== "$schema");

  test("every setting has a variable of its own", () => {
    expect(new Set(settings.map(variableFor)).size).toBe(settings.length);
    expect(variableFor(["execution", "workerTimeoutMs"])).toBe("TUTTI_EXECUTION__WORKER_TIMEOUT_MS");
  });

  test.each(settings.map((path) => [variableFor(path), path] as const))("%s sets what it names", (variable, path) => {
    const sample = sampleOf(schemaAt(path) ?? {});
    const layer = environmentLayer({ [variable]: typeof sample === "string" ? sample : JSON.stringify(sample) });
    expect(valueAt(layer?.values, path)).toEqual(sample);
    expect(layer?.originOf(path)).toEqual({ layer: "env", variable });
    expect(configSchema.safeParse(layer?.values).error).toBeUndefined();
  });
});

/** A value that the schema allows: the default, else the first choice or example, else one of the type. */
function sampleOf(node: JsonObject): Json {
  const choices = z.array(z.union([z.string(), z.number()])).safeParse(node["enum"] ?? node["examples"]).data ?? [];
  if (node["default"] === undefined && node["type"] === "array")
    return [sampleOf(z.record(z.string(), z.json()).parse(node["items"]))];
  return node["default"] ?? choices[0] ?? (node["type"] === "number" ? 2.5 : "some text");
}
