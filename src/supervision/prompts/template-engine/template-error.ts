import { TuttiError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { didYouMean } from "../../../domain/plan/did-you-mean.ts";

/** What the engine's own message says. */
export type EngineComplaint = {
  readonly what: string;
  /** Name of a template. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The piece of the line that is meant, where the message shows it. */
  readonly excerpt?: string;
};

/** Reads a message of the engine; `undefined` for one that is not about a template. */
export function parseComplaint(message: string): EngineComplaint | undefined {
  const [head = "", ...rest] = message.split("\n");
  const [, what, file, line] = /^(.*) \(in (.+):(\d+)\)$/.exec(head) ?? [];
  if (what === undefined || file === undefined) return undefined;
  const excerpt = excerptOf(rest);
  return { what, file, line: Number(line), ...(excerpt === undefined ? {} : { excerpt }) };
}

/** The message marks it with a row of ^ below the line. */
function excerptOf(lines: readonly string[]): string | undefined {
  const at = lines.findIndex((line) => /^\s+i\s+\^/.test(line));
  const marked = /\^+/.exec(lines[at] ?? "");
  const excerpt = marked === null ? "" : (lines[at - 1] ?? "").slice(marked.index, marked.index + marked[0].length);
  return excerpt.trim() === "" ? undefined : excerpt.trim();
}

type Located = EngineComplaint & { readonly shownAs: string; readonly context: JsonObject };

/** One line: where, what, and what to do. */
export function templateInvalid(complaint: Located): TuttiError {
  const { shownAs, line, excerpt, context } = complaint;
  const facts = { file: shownAs, line };
  const isMissing = complaint.what === "undefined value";
  if (!isMissing) {
    const near = excerpt === undefined ? "" : ` at "${excerpt}"`;
    return new TuttiError("TEMPLATE_INVALID", `${shownAs}, line ${line}: ${complaint.what}${near}`, {
      hint: "Correct the template, then look at it: tutti prompt check",
      context: facts,
    });
  }
  const variable = excerpt ?? "a variable";
  return new TuttiError("TEMPLATE_INVALID", `${shownAs}, line ${line}: this prompt has no variable "${variable}"`, {
    hint: hintFor(variable, context),
    context: { ...facts, variable },
  });
}

function hintFor(variable: string, context: JsonObject): string {
  const meant = didYouMean(variable, pathsOf(context));
  const instead = `or say what stands there without it: {{ ${variable} | default("") }}`;
  if (meant !== undefined && meant !== variable) return `Did you mean "${meant}"? Correct it, ${instead}`;
  return `It has ${Object.keys(context).toSorted().join(", ")}. Correct it, ${instead}`;
}

/** `task` and `task.title`: two levels are all there are. */
const pathsOf = (context: JsonObject): readonly string[] =>
  Object.entries(context).flatMap(([name, value]) => [name, ...fieldsOf(value).map((field) => `${name}.${field}`)]);

const fieldsOf = (value: Json | undefined): readonly string[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
