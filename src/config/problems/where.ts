import { isAbsolute, relative } from "node:path";
import type { JsonObject } from "../../domain/json.ts";
import type { Provenance } from "../layers/layer.ts";

/** A file below the project by its relative path, any other by its full one. */
export function displayFile(file: string, projectDir: string): string {
  const inner = relative(projectDir, file);
  return inner === "" || inner.startsWith("..") || isAbsolute(inner) ? file : inner;
}

/** `tutti.config.yaml:3`, `TUTTI_WORKERS`, `command line`, `default`. */
export function formatProvenance(origin: Provenance, projectDir: string): string {
  switch (origin.layer) {
    case "default":
      return "default";
    case "env":
      return origin.variable;
    case "flag":
      return "command line";
    case "user":
    case "project": {
      const file = displayFile(origin.file, projectDir);
      return origin.line === undefined ? file : `${file}:${origin.line}`;
    }
  }
}

/** The origin as facts for scripts. */
export function originFacts(origin: Provenance): JsonObject {
  const { layer, ...rest } = origin;
  return { layer, ...rest };
}
