import type { Json, JsonObject } from "../../domain/json.ts";
import { isJsonArray, isJsonObject } from "../layers/path.ts";
import { modelAliases } from "../schema/models.ts";

/** What a value must be, in words made from its schema: `"auto" or a whole number from 1 to 64`. */
export function expectationOf(node: JsonObject, key: string | number | undefined): string {
  const options = node["anyOf"];
  if (isJsonArray(options))
    return options
      .filter(isJsonObject)
      .map((option) => expectationOf(option, key))
      .join(" or ");
  const choices = node["enum"];
  if (isJsonArray(choices))
    return choices.length === 1 ? quoted(choices[0]) : `one of ${choices.map(quoted).join(", ")}`;
  if ("const" in node) return quoted(node["const"]);
  return describeType(node, key);
}

const quoted = (value: Json | undefined): string => JSON.stringify(value);

function describeType(node: JsonObject, key: string | number | undefined): string {
  const unit = typeof key === "string" && key.endsWith("Ms") ? " of milliseconds" : "";
  switch (node["type"]) {
    case "integer":
      return `a whole number${unit}${rangeOf(node)}`;
    case "number":
      return `a number${"exclusiveMinimum" in node ? ` above ${quoted(node["exclusiveMinimum"])}` : rangeOf(node)}`;
    case "boolean":
      return "true or false";
    case "array":
      return "minItems" in node ? "a list with something in it" : "a list";
    case "object":
      return "a map of settings";
    default:
      return describeText(node, key);
  }
}

function rangeOf(node: JsonObject): string {
  const { minimum, maximum } = node;
  if (typeof minimum !== "number") return "";
  return typeof maximum !== "number" || maximum === Number.MAX_SAFE_INTEGER
    ? ` from ${minimum}`
    : ` from ${minimum} to ${maximum}`;
}

function exampleText(examples: readonly Json[], key: string | number | undefined): string {
  if (examples.includes(modelAliases[0])) {
    return `one of ${modelAliases.join(", ")}, or a full name such as claude-sonnet-5`;
  }
  const what = key === "apiKeyEnv" ? "the name of an environment variable" : "a text";
  return `${what} such as ${quoted(examples[0])}`;
}

function describeText(node: JsonObject, key: string | number | undefined): string {
  if (key === "quietHours") return 'two different times such as "22:00-07:00"';
  const { examples } = node;
  if (isJsonArray(examples)) return exampleText(examples, key);
  if (node["format"] === "date") return 'a day such as "2026-11-01"';
  if (!("pattern" in node)) return "a text";
  if (key === "model") return "the full name of a model, such as claude-sonnet-5";
  if (key === "name") return "a name of letters, digits, dots, dashes and underscores";
  return key === "cwd" || typeof key === "number"
    ? "a text; a path must be relative and without .."
    : "a text with something in it";
}
