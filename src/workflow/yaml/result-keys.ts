import { z } from "zod";

import type { Step } from "./step.ts";

const objectSchema = z.looseObject({
  type: z.literal("object"),
  properties: z.record(z.string(), z.unknown()),
  additionalProperties: z.literal(false),
});

/** The fields that a step's result has, where they are known before it runs. */
export function knownKeys({ doing }: Step): readonly string[] | undefined {
  switch (doing.kind) {
    case "run":
      return ["isOk", "exitCode", "output"];
    case "approve":
      return ["approved", "note", "by"];
    case "repeat":
      return ["isMet", "times", "last"];
    case "parallel":
      return doing.body.steps.map(({ id }) => id);
    case "agent":
      return doing.form === undefined ? [] : keysOf(doing.form);
    case "receive":
      return doing.form === undefined ? undefined : keysOf(doing.form);
    default:
      return undefined;
  }
}

function keysOf(form: z.ZodType): readonly string[] | undefined {
  const object = objectSchema.safeParse(z.toJSONSchema(form, { unrepresentable: "any" }));
  return object.success ? Object.keys(object.data.properties) : undefined;
}
