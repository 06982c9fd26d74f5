import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { Origin } from "../../workflow/yaml/problem.ts";
import type { YamlProgram } from "../../workflow/yaml/yaml-workflow.ts";

/** The workflows of a file, and what names their code. */
export type WorkflowFile = {
  /** Absolute. */
  readonly file: string;
  readonly version: string;
  readonly workflows: readonly AnyWorkflow[];
  /** Of a YAML file, whose workflow is linked with those that it calls before it can run. */
  readonly yaml?: { readonly program: YamlProgram; readonly origin: Origin };
};

const programEndings: readonly string[] = [".ts", ".mts", ".js", ".mjs"];
const yamlEndings: readonly string[] = [".yaml", ".yml"];

export const isProgramFile = (file: string): boolean => programEndings.includes(extname(file));
export const isYamlFile = (file: string): boolean => yamlEndings.includes(extname(file));

export const workflowEndings: readonly string[] = [...programEndings, ...yamlEndings];

/** `review` of `review.ts`. */
export const stemOf = (file: string): string => basename(file, extname(file));

/** A reference is the path of a file, with the name of one of its workflows where it has several, or a workflow's name. */
export function fileReference(ref: string): { readonly path: string; readonly name?: string } | undefined {
  const [path = "", name] = ref.split("#", 2);
  if (!/[/\\]/.test(path) && !workflowEndings.includes(extname(path))) return undefined;
  return { path, ...(name === undefined ? {} : { name }) };
}

/** Of the project's own folder: what is in folders of it belongs to them, and tests are none. */
export async function projectWorkflowFiles(root: string): Promise<readonly string[]> {
  const folder = join(root, ".tutti", "workflows");
  const names = await namesIn(folder);
  return names
    .filter((name) => workflowEndings.includes(extname(name)) && !/\.(test|spec|d)\.[a-z]+$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    const isAbsent = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    if (isAbsent) return [];
    throw TuttiError.from(thrown, "WORKFLOW_INVALID");
  }
}
