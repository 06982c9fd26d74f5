import { z } from "zod";

import type { JsonObject } from "../../domain/json.ts";
import type { InputField } from "./step-schemas.ts";

/** The forms that a YAML workflow writes down, as zod schemas. */

const inputTypes = {
  string: () => z.string(),
  number: () => z.number(),
  boolean: () => z.boolean(),
  list: () => z.array(z.unknown()),
} as const;

type InputFields = Readonly<Record<string, InputField | InputField["type"]>>;

export function inputForm(fields: InputFields): z.ZodType {
  const entries = Object.entries(fields).map(([name, given]) => [name, inputFieldForm(fieldOf(given))]);
  return z.strictObject(Object.fromEntries(entries));
}

const fieldOf = (given: InputField | InputField["type"]): InputField =>
  typeof given === "string" ? { type: given } : given;

function inputFieldForm({ type, default: usual, description }: InputField): z.ZodType {
  const form: z.ZodType = inputTypes[type]();
  const described = description === undefined ? form : form.describe(description);
  return usual === undefined ? described : described.default(usual);
}

/** The fields whose default is not of their type. */
export function wrongDefaults(fields: InputFields): readonly string[] {
  return Object.entries(fields).flatMap(([name, given]) => {
    const { type, default: usual } = fieldOf(given);
    return usual === undefined || inputTypes[type]().safeParse(usual).success ? [] : [name];
  });
}

const shorthands: Readonly<Record<string, () => z.ZodType>> = {
  string: () => z.string(),
  number: () => z.number(),
  integer: () => z.int(),
  boolean: () => z.boolean(),
  list: () => z.array(z.unknown()),
  object: () => z.record(z.string(), z.unknown()),
  "string[]": () => z.array(z.string()),
  "number[]": () => z.array(z.number()),
};

const schemaWords = ["properties", "items", "enum", "anyOf", "oneOf", "allOf", "$ref", "$schema"];

/** What can't be a form says why. */
export type ReadForm = { readonly form: z.ZodType } | { readonly reason: string };

/**
 * JSON Schema, or its shorthand: `{ files: string[], verdict: [good, bad], "note?": string }`. A mapping with `properties`, `items`,
 * `enum` and the like is JSON Schema.
 */
export function readForm(written: unknown): ReadForm {
  if (typeof written === "string") {
    const make = shorthands[written];
    return make === undefined ? { reason: `must be one of ${Object.keys(shorthands).join(", ")}` } : { form: make() };
  }
  const oneOf = z.array(z.string()).min(1).safeParse(written);
  if (oneOf.success) return { form: z.enum(oneOf.data) };
  const object = z.record(z.string(), z.json()).safeParse(written);
  if (!object.success) return { reason: "must be a type, a list of words, or a mapping of fields to types" };
  return isJsonSchema(object.data) ? fromJsonSchema(object.data) : fromFields(object.data);
}

const isJsonSchema = (written: JsonObject): boolean =>
  schemaWords.some((word) => typeof written[word] === "object" || (word.startsWith("$") && word in written)) ||
  written["type"] === "object" ||
  written["type"] === "array";

function fromJsonSchema(written: JsonObject): ReadForm {
  try {
    return { form: z.fromJSONSchema(written) };
  } catch (thrown) {
    return { reason: `is no JSON Schema: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
  }
}

function fromFields(fields: JsonObject): ReadForm {
  const shape: Record<string, z.ZodType> = {};
  for (const [written, given] of Object.entries(fields)) {
    const field = readForm(given);
    const name = written.replace(/\?$/, "");
    if ("reason" in field) return { reason: `${name}: ${field.reason}` };
    shape[name] = name === written ? field.form : field.form.optional();
  }
  return { form: z.strictObject(shape) };
}
