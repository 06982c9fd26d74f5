import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { initialConfig } from "../../config/init/initial-config.ts";
import { readProjectFacts } from "../../config/init/read-project-facts.ts";
import { displayFile } from "../../config/problems/where.ts";
import { findProjectFile } from "../../config/read/find-files.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Output } from "../output.ts";

export type InitRequest = {
  /** Absolute path of the repository's root. */
  readonly projectDir: string;
  readonly output: Output;
  /** Replace a `tutti.config.yaml` that exists. Default: refuse. */
  readonly force?: boolean;
};

const fileName = "tutti.config.yaml";

/**
 * Writes a first settings file and nothing else.
 * @throws {TuttiError} `INPUT_INVALID` when the project has settings already; another file than `tutti.config.yaml` is never
 *   replaced
 */
export async function initCommand({ projectDir, output, force = false }: InitRequest): Promise<number> {
  if (isGitDirectory(projectDir)) throw noPlaceForSettings(projectDir);
  const file = join(projectDir, fileName);
  const existing = await findProjectFile(projectDir);
  const mayWrite = existing === undefined || (force && existing === file);
  if (!mayWrite) throw alreadyThere(displayFile(existing, projectDir), existing === file);
  const facts = await readProjectFacts(projectDir);
  const hasSchema = existsSync(join(projectDir, facts.schemaPath));
  const text = initialConfig(facts);
  await write(file, hasSchema ? text : withoutSchemaLine(text), force);
  if (output.isJson) output.stdout(`${JSON.stringify({ file, schema: hasSchema ? facts.schemaPath : null })}\n`);
  else output.stdout(writtenText(hasSchema ? undefined : facts.schemaPath));
  return exitCodes.done;
}

const isGitDirectory = (folder: string): boolean =>
  ["HEAD", "objects", "refs"].every((name) => existsSync(join(folder, name)));

const noPlaceForSettings = (folder: string): TuttiError =>
  new TuttiError("INPUT_INVALID", `${folder} is a git directory, without files of a project`, {
    hint: "Start tutti in a checkout: git worktree add ../work",
  });

/** An editor complains about a schema that isn't there. */
const withoutSchemaLine = (text: string): string => text.replace(/^# yaml-language-server:.*\n/, "");

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (thrown) {
    throw TuttiError.from(thrown, "INPUT_INVALID");
  }
}

function alreadyThere(name: string, canForce: boolean): TuttiError {
  const hint = canForce ? "Edit it, or replace it: tutti init --force" : "Edit it, or remove it first";
  return new TuttiError("INPUT_INVALID", `This project has settings already: ${name}`, { hint });
}

function writtenText(missingSchema: string | undefined): string {
  const lines = [`Wrote ${fileName}. Check what it says, then: tutti doctor`];
  if (missingSchema !== undefined)
    lines.push("For completion in an editor, save what this prints: tutti config schema");
  return `${lines.join("\n")}\n`;
}
