import type { Json, JsonObject } from "../json.ts";

/** Where a value might as well have been another one, and what was taken. */
export type Assumption = { readonly path: string; readonly taken: string };

export type MinimalValue = { readonly value: Json; readonly assumptions: readonly Assumption[] };

/**
 * A small value of the form that a JSON Schema describes, as `z.toJSONSchema` writes them: of several possibilities the first, a list
 * with one item, what may be absent absent. Patterns of texts are not looked at.
 */
export function minimalValue(schema: JsonObject): MinimalValue {
  const assumptions: Assumption[] = [];
  const value = make(schema, { root: schema, assumptions, path: "", depth: 0 });
  return { value, assumptions };
}

type Context = {
  readonly root: JsonObject;
  readonly assumptions: Assumption[];
  readonly path: string;
  readonly depth: number;
};

/** Recursive forms end here: what may be absent or empty is. */
const deepest = 12;

function make(schema: JsonObject, context: Context): Json {
  const { $ref, const: only, enum: values, type } = schema;
  if (typeof $ref === "string") return make(resolved($ref, context.root), deeper(context));
  if (only !== undefined) return only;
  if (Array.isArray(values)) return chosen(values, context);
  const options = listOf(schema["anyOf"] ?? schema["oneOf"]);
  if (options.length > 0) return ofOptions(options, context);
  const parts = listOf(schema["allOf"]);
  if (parts.length > 0) return mergedParts(parts, context);
  return ofType(Array.isArray(type) ? type.map((one: Json) => one)[0] : type, schema, context);
}

function ofType(type: Json | undefined, schema: JsonObject, context: Context): Json {
  switch (type) {
    case "object":
      return objectOf(schema, context);
    case "array":
      return arrayOf(schema, context);
    case "string":
      return textOf(schema);
    case "number":
    case "integer":
      return numberOf(schema);
    case "boolean":
      return chosen([true, false], context);
    default:
      return null;
  }
}

function chosen(values: readonly Json[], { assumptions, path }: Context): Json {
  const [first = null] = values;
  if (values.length > 1) assumptions.push({ path, taken: JSON.stringify(first) });
  return first;
}

/** At the end of a recursion the form that goes no deeper. */
function ofOptions(options: readonly JsonObject[], context: Context): Json {
  const plain = options.find(({ type }) => type !== "object" && type !== "array" && type !== undefined);
  const [first = {}] = options;
  const taken = context.depth > deepest ? (plain ?? first) : first;
  const value = make(taken, deeper(context));
  if (options.length > 1)
    context.assumptions.push({ path: context.path, taken: `the first of ${options.length} forms` });
  return value;
}

function mergedParts(parts: readonly JsonObject[], context: Context): Json {
  const made = parts.map((part) => make(part, deeper(context)));
  if (!made.every(isObject)) return made[0] ?? null;
  return Object.fromEntries(made.flatMap((part) => Object.entries(part)));
}

function objectOf({ properties, required }: JsonObject, context: Context): Json {
  const needed = Array.isArray(required) ? required.map(String) : [];
  const known = isObject(properties) ? properties : {};
  return Object.fromEntries(
    needed.map((key) => [
      key,
      make(asObject(known[key]), deeper(context, context.path === "" ? key : `${context.path}.${key}`)),
    ]),
  );
}

function arrayOf({ items, minItems, maxItems, prefixItems }: JsonObject, context: Context): Json {
  const fixed = listOf(prefixItems ?? (Array.isArray(items) ? items : undefined));
  if (fixed.length > 0) return fixed.map((item, index) => make(item, deeper(context, `${context.path}[${index}]`)));
  const least = Number(minItems ?? 0);
  const count = Math.min(context.depth > deepest ? least : Math.max(least, 1), Number(maxItems ?? Infinity));
  if (least !== Number(maxItems ?? Infinity))
    context.assumptions.push({ path: context.path, taken: `${count} in the list` });
  return Array.from({ length: count }, (_, index) =>
    make(asObject(Array.isArray(items) ? undefined : items), deeper(context, `${context.path}[${index}]`)),
  );
}

const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00",
  duration: "PT1S",
  email: "somebody@example.com",
  uri: "https://example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "127.0.0.1",
  ipv6: "::1",
};

function textOf({ format, minLength, maxLength }: JsonObject): string {
  const known = typeof format === "string" ? formats[format] : undefined;
  if (known !== undefined) return known;
  const text = "something".slice(0, Number(maxLength ?? Infinity));
  return text.padEnd(Number(minLength ?? 0), ".");
}

function numberOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonObject): number {
  const isWhole = type === "integer";
  const step = typeof multipleOf === "number" ? multipleOf : isWhole ? 1 : undefined;
  const least = Math.max(bound(minimum, -Infinity), bound(exclusiveMinimum, -Infinity));
  const most = Math.min(bound(maximum, Infinity), bound(exclusiveMaximum, Infinity));
  if (least < 0 && most > 0) return 0;
  const isOpen = bound(exclusiveMinimum, -Infinity) === least;
  if (step !== undefined) return onGrid(least, { step, isOpen, most });
  if (least === -Infinity) return bound(exclusiveMaximum, Infinity) === most ? most - 1 : most;
  return isOpen ? (most === Infinity ? least + 1 : (least + most) / 2) : least;
}

type Grid = { readonly step: number; readonly isOpen: boolean; readonly most: number };

function onGrid(least: number, { step, isOpen, most }: Grid): number {
  if (least === -Infinity) return Math.floor((most - step) / step) * step;
  const first = Math.ceil(least / step) * step;
  return isOpen && first === least ? first + step : first;
}

const bound = (value: Json | undefined, otherwise: number): number => (typeof value === "number" ? value : otherwise);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.map((item: Json) => asObject(item)) : [];

const deeper = (context: Context, path = context.path): Context => ({ ...context, path, depth: context.depth + 1 });

/** `#/definitions/Node` */
function resolved(ref: string, root: JsonObject): JsonObject {
  const keys = ref.split("/").slice(1);
  return keys.reduce<JsonObject>((at, key) => asObject(at[key.replaceAll("~1", "/").replaceAll("~0", "~")]), root);
}
