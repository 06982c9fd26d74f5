import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { z } from "zod";

import { TuttiError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { nearestName } from "../../../domain/nearest-name.ts";
import { formFacts } from "../../render/form-table.ts";

export type InputOptions = {
  /** JSON, `@file.json`, or `-` for stdin. */
  readonly input?: string;
  /** `key=value` each. */
  readonly set?: readonly string[];
};

const objectSchema = z.record(z.string(), z.json());
const propertiesSchema = z.looseObject({ properties: objectSchema, additionalProperties: z.unknown().exactOptional() });

/**
 * The input that a command line gives to a workflow; what its fields hold is not checked here.
 * @throws {TuttiError} `INPUT_INVALID`
 */
export async function readWorkflowInput(
  cwd: string,
  form: z.ZodType,
  { input, set = [] }: InputOptions,
): Promise<Json> {
  const { schema } = formFacts(form, "input");
  const given = input === undefined ? usualInput(schema) : parsed(await textOf(cwd, input), schema);
  if (set.length === 0) return given;
  const object = objectSchema.safeParse(given);
  if (!object.success) {
    throw new TuttiError("INPUT_INVALID", "--set gives a field, and the input has none", {
      hint: "Give it with --input",
    });
  }
  return { ...object.data, ...Object.fromEntries(set.map((written) => fieldOf(written, schema))) };
}

const usualInput = (schema: JsonObject): Json => (schema["type"] === "object" ? {} : null);

async function textOf(cwd: string, input: string): Promise<string> {
  if (input === "-") return readAll(process.stdin);
  if (!input.startsWith("@")) return input;
  const path = resolve(cwd, input.slice(1));
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TuttiError("INPUT_INVALID", `The input's file ${path} can't be read`, {
      hint: "Check the path after --input @",
      cause,
    });
  }
}

/** A workflow that takes a text may be given it as it is. */
function parsed(text: string, schema: JsonObject): Json {
  try {
    return z.json().parse(JSON.parse(text));
  } catch (cause) {
    if (schema["type"] === "string") return text;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("INPUT_INVALID", `The input is no JSON: ${reason}`, {
      hint: `Write JSON in quotes, or field by field: --set name=value`,
      cause,
    });
  }
}

function fieldOf(written: string, schema: JsonObject): readonly [string, Json] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(written) ?? [];
  if (name === undefined || value === undefined) {
    throw new TuttiError("INPUT_INVALID", `--set ${written} is no field with a value`, {
      hint: "Write --set name=value",
    });
  }
  const form = propertiesSchema.safeParse(schema);
  if (!form.success) return [name, readValue(value, {})];
  const { properties, additionalProperties = false } = form.data;
  const field = properties[name];
  // A form that says nothing of others drops them: a typing error would go unnoticed.
  if (field === undefined && additionalProperties === false) throw unknownField(name, Object.keys(properties));
  return [name, readValue(value, objectSchema.catch({}).parse(field))];
}

function unknownField(name: string, names: readonly string[]): TuttiError {
  const near = nearestName(name, names);
  return new TuttiError("WORKFLOW_INPUT_INVALID", `The workflow takes no ${name}`, {
    hint: near === undefined ? `It takes: ${names.join(", ")}` : `Did you mean ${near}?`,
    context: { field: name },
  });
}

/** A list of texts may be written with commas; what is no JSON is a text. */
function readValue(written: string, { type }: JsonObject): Json {
  if (type === "string") return written;
  if (type === "array" && !written.trimStart().startsWith("[")) return written === "" ? [] : written.split(",");
  try {
    return z.json().parse(JSON.parse(written));
  } catch {
    return written;
  }
}
