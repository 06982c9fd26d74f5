import { relative } from "node:path";

import type { ListedWorkflow, LoadedWorkflow } from "../../workflow/source.ts";
import { formTable, type FormFacts } from "./form-table.ts";
import type { Style } from "./style.ts";
import { oneLine } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** Everything that `tutti workflow list` knows; what can't be run stands below the table with the reason. */
export function workflowListText(workflows: readonly ListedWorkflow[], root: string, style: Style): string {
  const usable = workflows.filter(({ problem }) => problem === undefined);
  const problems = workflows.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const rows = usable.map(({ name, origin, pattern, description, file }) => [
    name,
    file === undefined ? origin : relative(root, file),
    pattern ?? "",
    oneLine(description),
  ]);
  const table =
    rows.length === 0
      ? "There are no workflows yet. Write one into .tutti/workflows.\n"
      : textTable([{ title: "workflow" }, { title: "from" }, { title: "pattern" }, { title: "description" }], rows);
  const warnings = [...new Set(problems)].map((problem) => `${style("red", "can't be used:")} ${oneLine(problem)}\n`);
  return `${table}${warnings.join("")}`;
}

export type ShownWorkflow = LoadedWorkflow & {
  readonly input: FormFacts;
  readonly output: FormFacts;
  readonly example: string;
  readonly root: string;
};

/** One workflow as `tutti workflow show` prints it. */
export function workflowText(shown: ShownWorkflow, style: Style): string {
  const { definition, origin, version, file, input, output, example, root } = shown;
  const pattern = definition.pattern === undefined ? [] : [`pattern  ${definition.pattern}`];
  const facts = [
    style("bold", definition.name),
    ...(definition.description === "" ? [] : [oneLine(definition.description)]),
    "",
    `from     ${file === undefined ? origin : relative(root, file)}`,
    ...pattern,
    `version  ${version}`,
  ];
  const forms = `${style("bold", "takes")}\n${formTable(input)}\n${style("bold", "gives")}\n${formTable(output)}`;
  return `${facts.join("\n")}\n\n${forms}\n${style("bold", "run it")}\n${example}\n`;
}
