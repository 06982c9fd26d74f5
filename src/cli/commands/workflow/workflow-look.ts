import { exitCodes } from "../../../domain/job-status.ts";
import type { Cli } from "../../cli.ts";
import { formFacts, inputExample } from "../../render/form-table.ts";
import { workflowListText, workflowText } from "../../render/workflow-text.ts";
import { withProject } from "../../with-project.ts";
import { referenceFrom, workflowsOf } from "./workflow-reference.ts";

/** `tutti workflow list`: also files that can't be loaded, with the reason. */
export const workflowListCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async (project) => {
    const workflows = await workflowsOf(project).list();
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ workflows })}\n`);
    else cli.output.stdout(workflowListText(workflows, project.repo.root, cli.output.style));
    return exitCodes.done;
  });

/** `tutti workflow show`. @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` */
export const workflowShowCommand = (cli: Cli, written: string): Promise<number> =>
  withProject(cli, async (project) => {
    const ref = referenceFrom(cli.cwd, project.repo.root, written);
    const { definition, ...place } = await workflowsOf(project).load(ref);
    const { name, description, pattern } = definition;
    const forms = {
      input: formFacts(definition.inputSchema, "input"),
      output: formFacts(definition.outputSchema, "output"),
    };
    const example = `tutti workflow run ${written} --input '${JSON.stringify(inputExample(forms.input.schema))}'`;
    if (cli.output.isJson) {
      const facts = { name, description, pattern: pattern ?? null, ...place, file: place.file ?? null };
      const schemas = { inputSchema: forms.input.schema, outputSchema: forms.output.schema };
      cli.output.stdout(`${JSON.stringify({ ...facts, ...schemas, example })}\n`);
    } else {
      const shown = { definition, ...place, ...forms, example, root: project.repo.root };
      cli.output.stdout(workflowText(shown, cli.output.style));
    }
    return exitCodes.done;
  });
