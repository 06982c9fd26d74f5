import type { Json } from "../../domain/json.ts";
import type { Path } from "./problem.ts";

/** `{{ steps.find.result.files }}` somewhere in a file. `\{{` is text. */
export type Reference = {
  /** Where it stands. */
  readonly path: Path;
  readonly segments: readonly string[];
  /** `exists` asks whether there is a value. */
  readonly mayBeAbsent?: true;
};

const pattern = /\\\{\{|\$?\{\{(?<inner>[^{}]*)\}\}/g;
const namePattern = /^[A-Za-z_$][\w$-]*(\.[\w$-]+)*$/;

/** Of what stands between the braces, or in `ref`; `undefined` when it is no path. */
function segmentsOf(written: string): readonly string[] | undefined {
  const inner = written.trim();
  return namePattern.test(inner) ? inner.split(".") : undefined;
}

/** Of `{{ input.files }}` and of the bare `input.files`. */
export function wholeReference(written: string): readonly string[] | undefined {
  const match = /^\s*\$?\{\{(?<inner>[^{}]*)\}\}\s*$/.exec(written);
  return segmentsOf(match?.groups?.["inner"] ?? written);
}

export type FoundReferences = {
  readonly references: readonly Reference[];
  readonly broken: readonly BrokenReference[];
};
export type BrokenReference = { readonly path: Path; readonly written: string };

/** All references in a value, however deep. */
export function referencesIn(value: unknown, path: Path): FoundReferences {
  const references: Reference[] = [];
  const broken: BrokenReference[] = [];
  for (const { text, at } of textsIn(value, path)) {
    for (const match of text.matchAll(pattern)) {
      const inner = match.groups?.["inner"];
      if (inner === undefined) continue;
      const segments = segmentsOf(inner);
      if (segments === undefined) broken.push({ path: at, written: match[0] });
      else references.push({ path: at, segments });
    }
  }
  return { references, broken };
}

type PlacedText = { readonly text: string; readonly at: Path };

function textsIn(value: unknown, at: Path): readonly PlacedText[] {
  if (typeof value === "string") return [{ text: value, at }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...at, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...at, key]));
}

/** Gives the value of a reference. @throws when there is none */
export type Lookup = (segments: readonly string[], path: Path) => Json;

/** A text that is nothing but a reference becomes its value; within a text, what isn't text is written as JSON. */
export function render(value: unknown, path: Path, lookup: Lookup): Json {
  if (typeof value === "string") return renderText(value, path, lookup);
  if (Array.isArray(value)) return value.map((item, index) => render(item, [...path, index], lookup));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, render(item, [...path, key], lookup)]));
  }
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

function renderText(text: string, path: Path, lookup: Lookup): Json {
  const whole = /^\s*\$?\{\{/.test(text) ? wholeReference(text) : undefined;
  if (whole !== undefined) return lookup(whole, path);
  return text.replaceAll(pattern, (written: string, inner: string | undefined) => {
    if (inner === undefined) return "{{";
    const segments = segmentsOf(inner);
    return segments === undefined ? written : textOf(lookup(segments, path));
  });
}

/** As a prompt or an argument shows a value. */
export const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
