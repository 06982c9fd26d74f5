import { canonicalJson } from "../cache/canonical-json.ts";
import type { Json } from "../json.ts";

type Call = { readonly tool?: string | undefined; readonly input?: Json | undefined };

/** Whether two tool calls are one and the same; what a model says about a call is no part of it. */
export const isSameCall = (one: Call, other: Call): boolean =>
  one.tool === other.tool && canonicalJson(essence(one)) === canonicalJson(essence(other));

function essence({ tool, input = null }: Call): Json {
  if (tool !== "Bash" || !isObject(input)) return input;
  const { description: _said, ...rest } = input;
  return rest;
}

const isObject = (value: Json): value is Exclude<Json, string | number | boolean | null | readonly Json[]> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
