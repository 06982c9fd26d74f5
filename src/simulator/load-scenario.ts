import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { z } from "zod";
import { TuttiError } from "../domain/errors.ts";
import { ScenarioFile, type Scenario } from "./scenario-schema.ts";

type Place = { readonly file: string; readonly document: Document.Parsed; readonly lines: LineCounter };

const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name === "" ? String(key) : `${name}.${String(key)}`;
  }, "");

/** The line of the field itself, or of the nearest enclosing one that stands in the file. */
function lineOf({ document, lines }: Place, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const range = isNode(node) ? node.range : undefined;
    if (range) return lines.linePos(range[0]).line;
  }
  return 1;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "range" in value;

/**
 * The part of an issue that says what to correct: the unknown key itself, and of a union the branch that came furthest.
 */
function mostTelling(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code === "unrecognized_keys") return { ...issue, path: [...issue.path, ...issue.keys.slice(0, 1)] };
  if (issue.code !== "invalid_union") return issue;
  const depth = (branch: readonly z.core.$ZodIssue[]): number => branch[0]?.path.length ?? 0;
  const inner = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]?.[0];
  return inner === undefined ? issue : mostTelling({ ...inner, path: [...issue.path, ...inner.path] });
}

function invalid(place: Place, issue: z.core.$ZodIssue): TuttiError {
  const { path, message, code } = mostTelling(issue);
  const line = lineOf(place, path);
  const field = fieldName(path);
  const what = field === "" ? "the file" : field;
  const hint =
    code === "unrecognized_keys" ? `Remove ${what}, or correct its name.` : `Correct ${what} in ${place.file}.`;
  return new TuttiError("SCENARIO_INVALID", `${place.file}:${line}: ${field === "" ? "" : `${field}: `}${message}`, {
    hint,
    context: { file: place.file, line, field },
  });
}

/**
 * Reads a scenario from YAML (or JSON) text.
 * @param file - name for error messages
 * @throws {TuttiError} `SCENARIO_INVALID` with file, line and field
 */
export function parseScenario(text: string, file = "scenario.yaml"): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new TuttiError("SCENARIO_INVALID", `${file}:${line}: ${broken.message}`, {
      hint: "Correct the YAML.",
      context: { file, line, field: "" },
      cause: broken,
    });
  }
  const parsed = ScenarioFile.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw parsed.error;
  throw invalid({ file, document, lines }, issue);
}

/**
 * Reads a scenario file.
 * @throws {TuttiError} `SCENARIO_INVALID`, also when the file can't be read
 */
export async function loadScenario(path: string): Promise<Scenario> {
  return parseScenario(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TuttiError("SCENARIO_INVALID", `${path}: can't be read`, {
      hint: "Give the path of a readable scenario file.",
      context: { file: path, line: 0, field: "" },
      cause,
    });
  }
}
