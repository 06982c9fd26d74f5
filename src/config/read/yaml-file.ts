import { isMap, isPair, isSeq, LineCounter, parseDocument, visit, type Document } from "yaml";
import type { Path } from "../layers/path.ts";
import { problemError } from "../problems/problem.ts";

/** A settings file's content, not yet checked, and where in the file things stand. */
export type SourceFile = {
  readonly content: unknown;
  /** 1-based line of a key (or list item), or of the nearest map around it; `undefined` where lines are not known. */
  readonly lineOf: (path: Path) => number | undefined;
};

/**
 * @param where - the file as messages name it
 * @throws {TuttiError} `CONFIG_INVALID` with the line of the first mistake
 */
export function parseYaml(text: string, where: string): SourceFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake !== undefined) {
    const offset = quoteBefore(document, mistake.pos[0]) ?? mistake.pos[0];
    throw notYaml(`${where}:${lines.linePos(offset).line}`, mistake.message, mistake);
  }
  return { content: contentOf(document, where), lineOf: (path) => lineOf(document, lines, path) };
}

/** A quote that is never closed is noticed at the end of the file: the line to correct is the one where it opens. */
function quoteBefore(document: Document, offset: number): number | undefined {
  let opened: number | undefined;
  visit(document, {
    Scalar(_key, { range, type }) {
      const isQuoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
      if (isQuoted && range && range[0] < offset && offset <= range[2]) opened = range[0];
    },
  });
  return opened;
}

function contentOf(document: Document, where: string): unknown {
  try {
    return document.toJS();
  } catch (thrown) {
    throw notYaml(where, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}

function notYaml(where: string, reason: string, cause: unknown) {
  const what = `not valid YAML: ${firstLine(reason)}`;
  const fix = "Correct the line. Often it is indentation, a missing space after a colon, or a missing quote.";
  return problemError({ code: "CONFIG_INVALID", where, what, fix }, [], cause);
}

const firstLine = (text: string): string => text.split("\n", 1)[0]?.replace(/[.:]?\s*$/, "") ?? text;

function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    const found = childOf(node, key);
    if (found === undefined) break;
    offset = offsetOf(found.marker) ?? offset;
    node = found.value;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function childOf(node: unknown, key: string | number): { marker: unknown; value: unknown } | undefined {
  if (isSeq(node) && typeof key === "number") return { marker: node.items[key], value: node.items[key] };
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && String(item.key) === String(key));
  return pair === undefined ? undefined : { marker: pair.key, value: pair.value };
}

function offsetOf(node: unknown): number | undefined {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
