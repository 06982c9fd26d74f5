import { displayFile } from "../../config/problems/where.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import { isWorkflow } from "../../workflow/workflow.ts";
import { importProblem } from "./import-problem.ts";
import { tracedImport } from "./traced-import.ts";
import type { WorkflowFile } from "./workflow-files.ts";

/**
 * Runs a `.ts` or `.js` file and takes the workflows that it exports.
 * @throws {TuttiError} `WORKFLOW_INVALID` naming file and line
 */
export async function loadProgram(file: string, root: string): Promise<WorkflowFile> {
  const module = await tracedImport(file, root);
  if ("thrown" in module) throw importProblem(module, file, root);
  const workflows = [...new Set(Object.values(module.exported).filter(isWorkflow))];
  const where = displayFile(file, root);
  if (workflows.length === 0) throw noWorkflow(where, Object.keys(module.exported));
  refuseOldForms(workflows, where);
  return { file, version: module.version, workflows };
}

function noWorkflow(where: string, names: readonly string[]): TuttiError {
  const found = names.length === 0 ? "nothing" : names.join(", ");
  return new TuttiError("WORKFLOW_INVALID", `${where}: exports no workflow, but ${found}`, {
    hint: 'Write: import { workflow } from "tutti"; export default workflow("name", { input, output }, async (flow, input) => { … })',
    context: { file: where, exports: [...names] },
  });
}

/** A zod before 4 makes forms without what JSON Schema is made from. */
function refuseOldForms(workflows: readonly AnyWorkflow[], where: string): void {
  const old = workflows.find(({ inputSchema, outputSchema }) => !("_zod" in inputSchema) || !("_zod" in outputSchema));
  if (old === undefined) return;
  throw new TuttiError("WORKFLOW_INVALID", `${where}: the forms of ${old.name} are not made with zod 4`, {
    hint: "Update the project's zod, or remove it: tutti brings its own",
    context: { file: where, workflow: old.name },
  });
}
