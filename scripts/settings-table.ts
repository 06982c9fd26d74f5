import { expectationOf } from "../src/config/problems/expectation.ts";
import { formatPath, isJsonArray, isJsonObject } from "../src/config/layers/path.ts";
import { configJsonSchema, propertiesOf } from "../src/config/schema/json-schema.ts";
import type { JsonObject } from "../src/domain/json.ts";

type Row = { readonly name: string; readonly node: JsonObject };

/** Every setting as a row of a Markdown table: name, what it may be, default, what it does. */
export function settingsTable(): string {
  const rows = rowsOf(configJsonSchema(), "").map(({ name, node }) => {
    const cells = [`\`${name}\``, expected(node, name), defaultOf(node), textOf(node["description"])];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| setting | is | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

function rowsOf(node: JsonObject, base: string): Row[] {
  return Object.entries(propertiesOf(node)).flatMap(([key, child]) => {
    if (!isJsonObject(child) || key === "$schema") return [];
    const name = base === "" ? formatPath([key]) : `${base}.${key}`;
    if (child["type"] === "object") return [...rowsOf(child, name), ...entryRows(child, name)];
    const items = child["items"];
    const isListOfMaps = isJsonObject(items) && items["type"] === "object";
    return [{ name, node: child }, ...(isListOfMaps ? rowsOf(items, `${name}[]`) : [])];
  });
}

/** A map whose keys a person chooses has the same settings below each of them. */
function entryRows({ additionalProperties: entry }: JsonObject, name: string): Row[] {
  return isJsonObject(entry) && entry["type"] === "object" ? rowsOf(entry, `${name}.<name>`) : [];
}

function expected(node: JsonObject, name: string): string {
  const items = node["items"];
  const of =
    isJsonObject(items) && isJsonArray(items["enum"])
      ? ` of ${items["enum"].map((item) => JSON.stringify(item)).join(", ")}`
      : "";
  return `${expectationOf(node, name.split(".").at(-1))}${of}`;
}

function defaultOf(node: JsonObject): string {
  return node["default"] === undefined ? "–" : `\`${JSON.stringify(node["default"])}\``;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
