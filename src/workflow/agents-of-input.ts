import { z } from "zod";

import type { Json } from "../domain/json.ts";
import type { NamedAgent } from "./source.ts";

/** Of an input's form: this text names an agent profile, so that a workflow isn't begun for one that nobody has. */
export const agentProfileMark = { isAgentProfile: true } as const;

const formSchema = z.looseObject({
  isAgentProfile: z.boolean().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** The agents that an input names, each with its place. */
export function agentsOfInput(schema: z.ZodType, input: Json): readonly NamedAgent[] {
  const form = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const found = namesIn(form, input, "input");
  return [...new Map(found.map((agent) => [agent.where, agent])).values()];
}

function namesIn(form: unknown, value: Json | undefined, where: string): readonly NamedAgent[] {
  const { data } = formSchema.safeParse(form);
  if (data === undefined || value === undefined || value === null) return [];
  if (typeof value === "string") {
    if (data.isAgentProfile === true) return [{ name: value, where }];
    return (data.anyOf ?? []).flatMap((form) => namesIn(form, value, where));
  }
  if (typeof value !== "object") return [];
  const { properties = {}, additionalProperties, items, anyOf = [] } = data;
  const own = Object.entries(value).flatMap(([key, part]: [string, Json | undefined]) =>
    namesIn(Array.isArray(value) ? items : (properties[key] ?? additionalProperties), part, `${where}.${key}`),
  );
  return [...own, ...anyOf.flatMap((form) => namesIn(form, value, where))];
}
