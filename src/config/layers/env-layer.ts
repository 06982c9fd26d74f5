import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.ts";
import { problemError } from "../problems/problem.ts";
import { schemaAt, settingPaths } from "../schema/json-schema.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import type { Layer, Provenance } from "./layer.ts";
import { formatPath, isJsonObject, type Path } from "./path.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The short names, besides `TUTTI_<SECTION>__<SETTING>` for every setting. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  TUTTI_WORKERS: ["execution", "workers"],
  TUTTI_MANAGER_MODEL: ["models", "manager", "model"],
  TUTTI_WORKER_MODEL: ["models", "worker", "model"],
};

/** `["execution", "leaseMs"]` is set by `TUTTI_EXECUTION__LEASE_MS`. */
export function variableFor(path: readonly string[]): string {
  const parts = path.map((key) => key.replaceAll(/(?=[A-Z])/g, "_").toUpperCase());
  return `TUTTI_${parts.join("__")}`;
}

/**
 * Settings from environment variables. An empty variable is as good as none.
 * @throws {TuttiError} `CONFIG_INVALID` for a `TUTTI_…__…` that names no setting, and for two that name the same one
 */
export function environmentLayer(env: Environment): Layer | undefined {
  const set = variablesSet(env);
  if (set.length === 0) return undefined;
  const bySetting = new Map<string, string>();
  for (const { variable, path } of set) {
    const other = bySetting.get(formatPath(path));
    if (other !== undefined) throw setTwice(variable, other, path);
    bySetting.set(formatPath(path), variable);
  }
  const values = set.reduce((tree, { path, value }) => withValue(tree, path, value), {});
  return { name: "env", values, originOf: (path) => originOf(path, bySetting) };
}

type VariableSet = { readonly variable: string; readonly path: readonly string[]; readonly value: Json };

function variablesSet(env: Environment): VariableSet[] {
  const written = Object.entries(env).filter(
    ([name, value]) => isOurs(name) && value !== undefined && value.trim() !== "",
  );
  if (written.length === 0) return [];
  const paths = pathsByVariable();
  return written.flatMap(([variable, text = ""]) => {
    const path = paths.get(variable);
    if (path !== undefined) return [{ variable, path, value: valueOf(text, path) }];
    if (variable.includes("__")) throw unknownVariable(variable, [...paths.keys()]);
    return [];
  });
}

const isOurs = (name: string): boolean => name.startsWith("TUTTI_");

function pathsByVariable(): ReadonlyMap<string, readonly string[]> {
  const long = settingPaths()
    .filter((path) => path[0] !== "$schema")
    .map((path) => [variableFor(path), path] as const);
  return new Map([...long, ...Object.entries(shortNames)]);
}

/** Texts are taken as they are; lists are JSON or comma-separated; the rest is JSON, or a text when it isn't. */
function valueOf(text: string, path: Path): Json {
  const type = schemaAt(path)?.["type"];
  if (type === "string") return text;
  if (type === "array" && !text.trimStart().startsWith("[")) return text.split(",").map((item) => item.trim());
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return text;
  }
}

function withValue(tree: JsonObject, [key, ...rest]: readonly string[], value: Json): JsonObject {
  if (key === undefined) return tree;
  const child = tree[key];
  const inner = isJsonObject(child) ? child : {};
  return { ...tree, [key]: rest.length === 0 ? value : withValue(inner, rest, value) };
}

function originOf(path: Path, bySetting: ReadonlyMap<string, string>): Provenance {
  for (let length = path.length; length > 0; length--) {
    const variable = bySetting.get(formatPath(path.slice(0, length)));
    if (variable !== undefined) return { layer: "env", variable };
  }
  return { layer: "env", variable: "environment" };
}

function unknownVariable(variable: string, names: readonly string[]) {
  const meant = nearestName(variable, names);
  const what = `names no setting${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  const fix = meant === undefined ? `Unset ${variable}.` : `Set ${meant} instead, and unset ${variable}.`;
  return problemError({ code: "CONFIG_INVALID", where: variable, what, fix, context: { variable } });
}

function setTwice(variable: string, other: string, path: Path) {
  const what = `sets ${formatPath(path)}, and so does ${other}`;
  return problemError({
    code: "CONFIG_INVALID",
    where: variable,
    what,
    fix: "Unset one of them.",
    context: { variable },
  });
}
