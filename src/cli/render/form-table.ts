import { z } from "zod";

import type { Json, JsonObject } from "../../domain/json.ts";
import { textTable } from "./text-table.ts";
import { oneLine } from "./terminal-text.ts";

/** The form of a workflow's input or output, for people and for scripts. */
export type FormFacts = { readonly schema: JsonObject; readonly fields: readonly FormField[] };

export type FormField = {
  /** Empty: the whole value. */
  readonly name: string;
  readonly type: string;
  /** `required`, `optional`, or its default as JSON. */
  readonly need: string;
  readonly description: string;
};

const schemaSchema = z.record(z.string(), z.json());

/** @param io - what is given to a form, or what comes out of it */
export function formFacts(form: z.ZodType, io: "input" | "output"): FormFacts {
  const { $schema: _dialect, ...plain } = z.toJSONSchema(form, { io, unrepresentable: "any" });
  const schema = schemaSchema.parse(plain);
  return { schema, fields: fieldsOf(schema) };
}

const objectSchema = z.looseObject({
  properties: z.record(z.string(), schemaSchema),
  required: z.array(z.string()).default([]),
});

function fieldsOf(schema: JsonObject): readonly FormField[] {
  const object = objectSchema.safeParse(schema);
  if (!object.success || Object.keys(object.data.properties).length === 0) {
    return [{ name: "", type: typeOf(schema), need: "", description: descriptionOf(schema) }];
  }
  const { properties, required } = object.data;
  return Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeOf(field),
    need: needOf(field, required.includes(name)),
    description: descriptionOf(field),
  }));
}

function needOf(field: JsonObject, isRequired: boolean): string {
  if (field["default"] !== undefined) return `default ${JSON.stringify(field["default"])}`;
  return isRequired ? "required" : "optional";
}

const descriptionOf = (schema: JsonObject): string =>
  typeof schema["description"] === "string" ? oneLine(schema["description"]) : "";

const schemas = z.array(schemaSchema);

function typeOf(schema: JsonObject): string {
  const { type, enum: values, const: value, items, anyOf, oneOf } = schema;
  if (Array.isArray(values)) return values.map((one) => JSON.stringify(one)).join(" | ");
  if (value !== undefined) return JSON.stringify(value);
  const branches = schemas.safeParse(anyOf ?? oneOf);
  if (branches.success) return branches.data.map(typeOf).join(" | ");
  if (type === "array") return `list of ${typeOf(schemaSchema.catch({}).parse(items))}`;
  if (Array.isArray(type)) return type.join(" | ");
  return typeof type === "string" ? type : "any";
}

export function formTable({ fields }: FormFacts): string {
  const [first] = fields;
  if (first?.name === "") return `${first.type}${first.description === "" ? "" : `  ${first.description}`}\n`;
  return textTable(
    [{ title: "field" }, { title: "type" }, { title: "" }, { title: "" }],
    fields.map(({ name, type, need, description }) => [name, type, need, description]),
  );
}

/** All fields in a line, for hints. */
export const formLine = ({ fields }: FormFacts): string =>
  fields.map(({ name, type, need }) => (name === "" ? type : `${name} (${[type, need].join(", ")})`)).join(", ");

const examples: Readonly<Record<string, string | number | boolean | null>> = {
  string: "…",
  number: 1,
  integer: 1,
  boolean: true,
  null: null,
};

/** The smallest input of that form that can be written down: what is required. */
export function inputExample(schema: JsonObject): Json {
  const object = objectSchema.safeParse(schema);
  if (object.success) {
    const { properties, required } = object.data;
    return Object.fromEntries(required.map((name) => [name, inputExample(properties[name] ?? {})]));
  }
  const { type, enum: values, const: value, default: usual } = schema;
  if (usual !== undefined) return usual;
  if (values !== undefined) return z.array(z.json()).catch([null]).parse(values)[0] ?? null;
  if (value !== undefined) return value;
  if (type === "array") return [inputExample(schemaSchema.catch({}).parse(schema["items"]))];
  if (type === "object") return {};
  return examples[typeof type === "string" ? type : "null"] ?? null;
}
