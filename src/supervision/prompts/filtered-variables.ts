import type { Json, JsonObject } from "../../domain/json.ts";

/** A variable with a filter behind it that the context does not have. */
export type FilteredVariable = {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
};

const tagPattern = /{[{%]-?([^]*?)-?[%}]}/g;
/** What the engine does not run; the second is printed as it stands. */
const inertPattern = /{#[^]*?#}|{%[-+]?\s*raw\s*[-+]?%}[^]*?{%[-+]?\s*endraw\s*[-+]?%}/g;
/** Not a call, not in a text, not itself a filter: a dotted name, the sign, and the filter. */
const filteredPattern = /(?<![\w.'"\])])(?<!\|\s*)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\|(?!\|)\s*([A-Za-z_]\w*)/g;
const bindingPattern = /\b(?:set|macro|call|import|as|with|for)\s+([^%]*)/g;
const loopPattern = /\bfor\s+([A-Za-z_]\w*)\s+in\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/g;
/** These say what stands there instead. */
const lenientFilters: ReadonlySet<string> = new Set(["default", "d"]);

/**
 * Finds what strict rendering lets pass: the engine takes a missing variable for an empty text when a filter stands behind it. Names that
 * a template binds itself are left alone, but for the items of loops over what the context has.
 * @param context - with everything that the template can have
 */
export function missingFiltered(text: string, context: JsonObject): readonly FilteredVariable[] {
  const run = text.replaceAll(inertPattern, (inert) => inert.replaceAll(/[^\n]/g, " "));
  const scope = scopeOf(run, context);
  const missing: FilteredVariable[] = [];
  for (const tag of run.matchAll(tagPattern)) {
    const code = withoutTexts(tag[1] ?? "");
    for (const [, path = "", filter = ""] of code.matchAll(filteredPattern)) {
      if (lenientFilters.has(filter) || scope.isBound(path) || scope.has(path)) continue;
      missing.push({ path, line: run.slice(0, tag.index).split("\n").length });
    }
  }
  return missing;
}

const withoutTexts = (code: string): string => code.replaceAll(/"[^"]*"|'[^']*'/g, "''");

type Scope = { readonly has: (path: string) => boolean; readonly isBound: (path: string) => boolean };

function scopeOf(text: string, context: JsonObject): Scope {
  const items = new Map<string, Json | undefined>();
  const bound = new Set(["loop", "self", "true", "false", "none", "not", "in", "is", "and", "or", "else", "if"]);
  for (const tag of text.matchAll(tagPattern)) {
    const code = tag[1] ?? "";
    for (const [, name = "", path = ""] of code.matchAll(loopPattern))
      items.set(name, firstItem(valueAt(context, path)));
    for (const [, names = ""] of code.matchAll(bindingPattern)) {
      for (const [name] of names.matchAll(/[A-Za-z_]\w*/g)) bound.add(name);
    }
  }
  const rootOf = (path: string): string => path.split(".")[0] ?? "";
  const all: JsonObject = { ...context, ...Object.fromEntries([...items].filter(([, item]) => item !== undefined)) };
  return {
    has: (path) => valueAt(all, path) !== undefined,
    isBound: (path) => bound.has(rootOf(path)) && !(rootOf(path) in all),
  };
}

const firstItem = (value: Json | undefined): Json | undefined => (isList(value) ? value[0] : undefined);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

function valueAt(context: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = context;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || isList(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}
