import { z } from "zod";

import type { Json, JsonObject } from "../domain/json.ts";

export type CheckedAnswer = { readonly value: Json } | { readonly problem: string };

/**
 * Reads the JSON that a model was asked for and checks it against the schema: no server's own guarantee is relied upon. What models
 * put around it (a code fence, their thoughts) is taken away.
 * @returns `problem` is one line
 */
export function checkAnswer(text: string, schema: JsonObject): CheckedAnswer {
  const value = parse(bare(text));
  if (value === undefined) return { problem: `the answer is no JSON: ${beginningOf(text)}` };
  const { error } = z.fromJSONSchema(schemaOf(schema)).safeParse(value);
  if (error === undefined) return { value };
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.map(String).join(".");
  return { problem: `${where}: ${issue?.message ?? "is not what the schema asks for"}` };
}

/** Whether answers can be checked against it; what is wrong with it otherwise. */
export function schemaProblem(schema: JsonObject): string | undefined {
  try {
    z.fromJSONSchema(schemaOf(schema));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** As JSON, where what is `undefined` is absent. */
function schemaOf(schema: JsonObject): Parameters<typeof z.fromJSONSchema>[0] {
  const plain: Record<string, unknown> = z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(schema)));
  return plain;
}

const thoughts = /^\s*<think>[\s\S]*?<\/think>/;
const fenced = /^```(?:json)?\s*\n([\s\S]*?)\n?```$/;

function bare(text: string): string {
  const said = text.replace(thoughts, "").trim();
  return fenced.exec(said)?.[1] ?? said;
}

function parse(text: string): Json | undefined {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const shownChars = 80;

function beginningOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line === "") return "it is empty";
  return JSON.stringify(line.length > shownChars ? `${line.slice(0, shownChars)}…` : line);
}
