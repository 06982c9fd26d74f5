import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { displayFile } from "../../config/problems/where.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { FailedImport, UnresolvedImport } from "./traced-import.ts";

type Place = { readonly file: string; readonly line?: number };

/** What to tell whoever wrote a workflow file that can't be loaded. */
export function importProblem({ thrown: cause, unresolved }: FailedImport, file: string, root: string): TuttiError {
  const place = (unresolved === undefined ? placeOf(cause) : importOf(unresolved)) ?? { file };
  const where = `${displayFile(place.file, root)}${place.line === undefined ? "" : `:${place.line}`}`;
  return new TuttiError("WORKFLOW_INVALID", `${where}: ${reasonOf(cause)}`, {
    hint: hintFor(cause),
    context: { ...place, ...(place.file === file ? {} : { importedBy: file }) },
    cause,
  });
}

function reasonOf(cause: unknown): string {
  if (TuttiError.is(cause)) return cause.message;
  if (!(cause instanceof Error)) return `the file threw ${String(cause)}`;
  if (cause instanceof SyntaxError || codeOf(cause) === "ERR_MODULE_NOT_FOUND") return cause.message;
  return `the file threw ${cause.name}: ${cause.message.split("\n", 1)[0] ?? ""}`;
}

function hintFor(cause: unknown): string {
  const code = codeOf(cause);
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return "Use TypeScript that can be erased: no enums, no namespaces, no parameter properties";
  }
  if (code === "ERR_MODULE_NOT_FOUND")
    return "Install what it imports, or correct the import; write the ending: ./x.ts";
  if (TuttiError.is(cause) && cause.hint !== undefined) return cause.hint;
  return "Correct the file; nothing was started";
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && "code" in thrown ? thrown.code : undefined);

/** Where a syntax error stands is the first line of its stack; where something was thrown, the first call in a user's file. */
function placeOf(cause: unknown): Place | undefined {
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  const match =
    /^(?<file>(?:file:\/\/)?\/[^\n?]+?)(?:\?[^\n:]*)?:(?<line>\d+)\n/.exec(stack) ??
    /(?<file>file:\/\/\/[^\s?]+)\?tutti-load=\d+:(?<line>\d+)/.exec(stack);
  const { file, line } = match?.groups ?? {};
  if (file === undefined) return undefined;
  return { file: file.startsWith("file:") ? fileURLToPath(file) : file, line: Number(line) };
}

function importOf({ file, specifier }: UnresolvedImport): Place {
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) => line.includes(`"${specifier}"`) || line.includes(`'${specifier}'`));
  return index === -1 ? { file } : { file, line: index + 1 };
}
