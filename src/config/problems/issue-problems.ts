import type { z } from "zod";
import type { Layer } from "../layers/layer.ts";
import { formatPath, valueAt, type Path } from "../layers/path.ts";
import { modelAliases } from "../schema/models.ts";
import { propertiesOf, schemaAt, settingPaths } from "../schema/json-schema.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { expectationOf } from "./expectation.ts";
import type { Problem } from "./problem.ts";
import { showValue } from "./show-value.ts";
import { formatProvenance, originFacts } from "./where.ts";

type Issue = z.core.$ZodIssue;

/** Puts what zod found into one sentence each, with the place where the person wrote it. */
export function issueProblems(issue: Issue, layer: Layer, projectDir: string): readonly Problem[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownSetting([...path, key], layer, projectDir));
  }
  return [wrongValue(path, layer, projectDir)];
}

function place(path: Path, layer: Layer, projectDir: string) {
  const origin = layer.originOf(path);
  const written = "field" in origin ? origin.field : formatPath(path);
  const where = formatProvenance(origin, projectDir);
  return { where, written, context: { field: formatPath(path), ...originFacts(origin) } };
}

function unknownSetting(path: Path, layer: Layer, projectDir: string): Problem {
  const { where, context } = place(path, layer, projectDir);
  const meant = meantSetting(path);
  const known = Object.keys(propertiesOf(schemaAt(path.slice(0, -1)) ?? {})).filter((key) => key !== "$schema");
  return {
    code: "CONFIG_INVALID",
    where,
    what: `${formatPath(path)} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    fix:
      meant === undefined ? `Remove it. Settings here: ${known.join(", ")}.` : `Write ${meant} instead, or remove it.`,
    context,
  };
}

/** A sibling with a similar name, else a setting of that very name in another section. */
function meantSetting(path: Path): string | undefined {
  const parent = path.slice(0, -1);
  const written = String(path.at(-1));
  const sibling = nearestName(written, Object.keys(propertiesOf(schemaAt(parent) ?? {})));
  if (sibling !== undefined) return formatPath([...parent, sibling]);
  const elsewhere = settingPaths().find((candidate) => candidate.at(-1) === written);
  return elsewhere === undefined ? undefined : formatPath(elsewhere);
}

function wrongValue(path: Path, layer: Layer, projectDir: string): Problem {
  const { where, written, context } = place(path, layer, projectDir);
  const value = valueAt(layer.values, path);
  if (isModelName(path) && typeof value === "string") return unknownModel(value, { where, written, context });
  const node = schemaAt(path) ?? {};
  const expected = expectationOf(node, path.at(-1));
  const what =
    value === undefined
      ? `${written} is missing`
      : `${written} must be ${expected}, not ${isSecret(path) ? "what stands there" : showValue(value)}`;
  const fallback = "default" in node ? ` or remove it to get the default, ${JSON.stringify(node["default"])}` : "";
  const fix = value === undefined ? `Add it: ${expected}.` : `Change the value${fallback}.`;
  return { code: "CONFIG_INVALID", where, what, fix, context };
}

/** Somebody may have written the key itself. */
const isSecret = (path: Path): boolean => path.at(-1) === "apiKeyEnv";

const isModelName = (path: Path): boolean => path[0] === "models" && path.at(-1) === "model";

function unknownModel(
  value: string,
  place: Pick<Problem, "where" | "context"> & { readonly written: string },
): Problem {
  const { where, written, context } = place;
  const meant = nearestName(value, modelAliases);
  return {
    code: "MODEL_UNKNOWN",
    where,
    what: `${written}: there is no model ${showValue(value)}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
    fix: `Use ${modelAliases.join(", ")}, or a full name that starts with claude- or contains a slash.`,
    ...(context === undefined ? {} : { context }),
  };
}
