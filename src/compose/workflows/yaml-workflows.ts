import { readFile } from "node:fs/promises";

import { displayFile } from "../../config/problems/where.ts";
import { parseYaml, type SourceFile } from "../../config/read/yaml-file.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { Path } from "../../workflow/yaml/problem.ts";
import { readYamlWorkflow } from "../../workflow/yaml/yaml-workflow.ts";
import { shortDigest } from "./traced-import.ts";
import { stemOf, type WorkflowFile } from "./workflow-files.ts";

/**
 * Reads a `.yaml` file, and checks it as far as it can be without those that it calls.
 * @throws {TuttiError} `WORKFLOW_INVALID` naming file, line and field
 */
export async function loadYaml(file: string, root: string): Promise<WorkflowFile> {
  const where = displayFile(file, root);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new TuttiError("WORKFLOW_INVALID", `${where}: the file can't be read`, {
      hint: "Check its permissions",
      cause,
    });
  });
  const { content, lineOf } = parsed(text, where);
  const origin = { file: where, lineOf: (path: Path) => lineOf([...path]) };
  const program = readYamlWorkflow(content, origin, stemOf(file).toLowerCase());
  return { file, version: shortDigest(text), workflows: [program.link(new Map())], yaml: { program, origin } };
}

function parsed(text: string, where: string): SourceFile {
  try {
    return parseYaml(text, where);
  } catch (thrown) {
    if (!TuttiError.is(thrown)) throw thrown;
    const { message, hint, context } = thrown;
    throw new TuttiError("WORKFLOW_INVALID", message, {
      context,
      ...(hint === undefined ? {} : { hint }),
      cause: thrown,
    });
  }
}
