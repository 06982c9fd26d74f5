import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ProjectFacts } from "./project-facts.ts";

const packageFile = z.object({ scripts: z.record(z.string(), z.string()).catch({}) });

const installedSchema = "node_modules/tutti/schema/tutti.config.schema.json";

/** Where `tutti init` puts the JSON Schema of a project that hasn't Tutti among its packages. */
const ownSchemaPath = ".tutti/tutti.config.schema.json";

/**
 * Looks at a project's root. Files that can't be understood count as empty: detection is a convenience.
 * @throws when the folder itself can't be read
 */
export async function readProjectFacts(projectDir: string): Promise<ProjectFacts> {
  const fileNames = await readdir(projectDir);
  const textOf = (name: string) => textOrNothing(join(projectDir, name));
  const makefile = fileNames.find((name) => /^(?:GNUmakefile|[Mm]akefile)$/.test(name));
  const isInstalled = (await textOf(installedSchema)) !== "";
  return {
    fileNames,
    packageScripts: scriptsOf(await textOf("package.json")),
    makeTargets: makefile === undefined ? [] : targetsOf(await textOf(makefile)),
    pyproject: await textOf("pyproject.toml"),
    schemaPath: `./${isInstalled ? installedSchema : ownSchemaPath}`,
  };
}

async function textOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return "";
  }
}

function scriptsOf(text: string): Readonly<Record<string, string>> {
  try {
    return packageFile.parse(JSON.parse(text)).scripts;
  } catch {
    return {};
  }
}

const targetsOf = (makefile: string): string[] =>
  [...makefile.matchAll(/^([A-Za-z0-9][\w:.-]*?)\s*:(?![=:])/gm)].flatMap(([, target]) => target ?? []);
