import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { TuttiError } from "../../domain/errors.ts";
import { problemError } from "../problems/problem.ts";
import { resolveTuttiImports } from "./resolve-tutti.ts";
import type { SourceFile } from "./yaml-file.ts";

/**
 * Runs a `.ts`, `.mts`, `.js` or `.mjs` settings file and takes its default export. A file that changed since it was
 * last read is run again.
 * @throws {TuttiError} `CONFIG_INVALID` with the reason, when it throws or exports nothing
 */
export async function importProgram(file: string, where: string): Promise<SourceFile> {
  resolveTuttiImports();
  const exported = await importFresh(file, where);
  if (!("default" in exported)) throw noDefault(where);
  return { content: exported["default"], lineOf: () => undefined };
}

async function importFresh(file: string, where: string): Promise<Record<string, unknown>> {
  const { mtimeMs } = await stat(file);
  const url = pathToFileURL(file);
  url.searchParams.set("changed", String(mtimeMs));
  try {
    const exported: unknown = await import(url.href);
    return { ...(typeof exported === "object" ? exported : {}) };
  } catch (thrown) {
    throw didNotRun(where, thrown);
  }
}

function didNotRun(where: string, thrown: unknown): TuttiError {
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message.split("\n", 1)[0]}` : String(thrown);
  return problemError(
    { code: "CONFIG_INVALID", where, what: `could not be run: ${reason}`, fix: fixFor(thrown) },
    [],
    thrown,
  );
}

function fixFor(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return "Use TypeScript that can be erased: no enums, no namespaces, no parameter properties.";
  }
  return code === "ERR_MODULE_NOT_FOUND" ? "Install what it imports, or correct the import." : "Correct the file.";
}

function noDefault(where: string): TuttiError {
  const fix = 'Write: import { defineConfig } from "tutti"; export default defineConfig({ … });';
  return problemError({ code: "CONFIG_INVALID", where, what: "has no default export", fix });
}
