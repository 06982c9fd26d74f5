import { isDeepStrictEqual } from "node:util";

import { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Path } from "./problem.ts";
import { wholeReference } from "./reference.ts";
import type { Condition } from "./step-schemas.ts";
import type { Values } from "./values.ts";

/** @throws {TuttiError} `WORKFLOW_INVALID` where there is no value, or one that can't be compared so */
export function holds(condition: Condition, path: Path, values: Values): boolean {
  const { all, any, ref = "" } = condition;
  if (all !== undefined) return all.every((one, index) => holds(one, [...path, "all", index], values));
  if (any !== undefined) return any.some((one, index) => holds(one, [...path, "any", index], values));
  const segments = wholeReference(ref) ?? [];
  if (condition.exists !== undefined) return ((values.find(segments) ?? null) !== null) === condition.exists;
  const value = values.lookup(segments, [...path, "ref"]);
  if (condition.in !== undefined) return condition.in.some((one) => isDeepStrictEqual(one, value));
  if (condition.above !== undefined) return numberOf(value, { ref, path, values }) > condition.above;
  if (condition.below !== undefined) return numberOf(value, { ref, path, values }) < condition.below;
  return isDeepStrictEqual(condition.equals, value);
}

type Asked = { readonly ref: string; readonly path: Path; readonly values: Values };

function numberOf(value: Json, { ref, path, values }: Asked): number {
  if (typeof value === "number") return value;
  throw new TuttiError("WORKFLOW_INVALID", `${values.where(path)}: ${ref} is no number, but ${JSON.stringify(value)}`, {
    hint: "Compare it with equals or in, or ask for a number in the result",
  });
}
