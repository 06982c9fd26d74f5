import type { Json, JsonObject } from "../domain/json.ts";

/** What `{{…}}` in a scenario stands for. */
export type TemplateValues = {
  readonly cwd: string | undefined;
  readonly role: string | undefined;
  readonly task: string | undefined;
  readonly attempt: number | undefined;
};

const placeholder = /\{\{(cwd|role|task|attempt)\}\}/g;

/** Unknown names and missing values stay as they are: other languages use double braces too. */
export function fillText(text: string, { cwd, role, task, attempt }: TemplateValues): string {
  const values = new Map<string, string | undefined>([
    ["cwd", cwd],
    ["role", role],
    ["task", task],
    ["attempt", attempt?.toString()],
  ]);
  return text.replaceAll(placeholder, (whole, name: string) => values.get(name) ?? whole);
}

function fillJson(value: Json | undefined, values: TemplateValues): Json | undefined {
  if (typeof value === "string") return fillText(value, values);
  if (typeof value !== "object" || value === null) return value;
  return isList(value) ? value.map((item) => fillJson(item, values) ?? null) : fillRecord(value, values);
}

/** `Array.isArray` does not narrow a read-only array. */
const isList = (value: readonly Json[] | JsonObject): value is readonly Json[] => Array.isArray(value);

export const fillRecord = (record: JsonObject, values: TemplateValues): JsonObject =>
  Object.fromEntries(Object.entries(record).map(([key, item]) => [key, fillJson(item, values)]));
