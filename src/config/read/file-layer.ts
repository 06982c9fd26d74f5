import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import type { Layer } from "../layers/layer.ts";
import { plainValues } from "../layers/plain-values.ts";
import { formatPath, type Path } from "../layers/path.ts";
import { displayFile } from "../problems/where.ts";
import { parseJson } from "./json-file.ts";
import { importProgram } from "./program-file.ts";
import { respell } from "./seed-spelling.ts";
import { parseYaml, type SourceFile } from "./yaml-file.ts";

type FileToRead = { readonly name: "user" | "project"; readonly file: string; readonly projectDir: string };

/** @throws {TuttiError} `CONFIG_INVALID` when the file can't be read as what its name says */
export async function readFileLayer({ name, file, projectDir }: FileToRead): Promise<Layer> {
  const shown = displayFile(file, projectDir);
  const source = await readSource(file, shown);
  const placeOf = (path: Path) => {
    const line = source.lineOf(path);
    return line === undefined ? shown : `${shown}:${line}`;
  };
  const { values, writtenPath } = respell(plainValues(source.content, placeOf), placeOf);
  const originOf = (path: Path) => {
    const written = writtenPath(path);
    const line = source.lineOf(written);
    return { layer: name, file, field: formatPath(written), ...(line === undefined ? {} : { line }) };
  };
  return { name, values, originOf };
}

async function readSource(file: string, shown: string): Promise<SourceFile> {
  switch (extname(file)) {
    case ".yaml":
    case ".yml":
      return parseYaml(await textOf(file), shown);
    case ".json":
      return parseJson(await textOf(file), shown);
    default:
      return importProgram(file, shown);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    throw TuttiError.from(thrown, "CONFIG_INVALID");
  }
}
