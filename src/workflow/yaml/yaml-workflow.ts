import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { AnyWorkflow } from "../flow.ts";
import { workflow } from "../workflow.ts";
import { flowProblems } from "./check-flow.ts";
import { inputForm, wrongDefaults } from "./forms.ts";
import { Interpreter } from "./interpret.ts";
import { issueProblems, refuse, type Origin, type Path } from "./problem.ts";
import { StepReader } from "./read-steps.ts";
import { referencesIn, render } from "./reference.ts";
import { withInner, type Step } from "./step.ts";
import { fileSchema } from "./step-schemas.ts";
import { Values } from "./values.ts";

/** A YAML workflow that was read and is right by itself. */
export type YamlProgram = {
  readonly name: string;
  readonly description: string;
  /** The workflows that its steps name, and where. */
  readonly calls: readonly NamedAt[];
  /** The agent profiles. */
  readonly agents: readonly NamedAt[];
  /** @param others - a workflow for each of `calls` */
  readonly link: (others: ReadonlyMap<string, AnyWorkflow>) => AnyWorkflow;
};

/** Of ours: zod's own type has lists that may be changed. */
const json: z.ZodType<Json, Json> = z.json();

export type NamedAt = { readonly name: string; readonly path: Path };

/**
 * Checks a YAML workflow as far as its file alone tells: every step, option, reference and circle.
 * @param content - parsed
 * @param usualName - for a file that names none
 * @throws {TuttiError} `WORKFLOW_INVALID` naming file, line and field of the first problem
 */
export function readYamlWorkflow(content: unknown, origin: Origin, usualName: string): YamlProgram {
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) refuse(origin, issueProblems(parsed.error.issues, [], Object.keys(fileSchema.shape)));
  const { input, output, ...file } = fileSchema.parse(content);
  const reader = new StepReader();
  const list = reader.list(file.steps, ["steps"]);
  const outputReferences = referencesIn(output, ["output"]);
  refuse(origin, [
    ...wrongDefaults(input).map((name) => ({ path: ["input", name, "default"], message: "is not of its type" })),
    ...reader.problems,
    ...outputReferences.broken.map(({ path, written }) => ({ path, message: `has ${written}, which is no reference` })),
  ]);
  const parts = { list, inputs: Object.keys(input), output: outputReferences.references };
  refuse(origin, flowProblems(origin, parts));
  const { name = usualName, description = "" } = file;
  const link = (others: ReadonlyMap<string, AnyWorkflow>): AnyWorkflow =>
    workflow(name, { description, input: inputForm(input), output: json }, async (flow, given) => {
      const values = new Values(origin, { input: json.parse(given) });
      const last = await new Interpreter(flow, others).list(list, values);
      return output === undefined ? last : finished(output, values);
    });
  const steps = list.steps.flatMap(withInner);
  return { name, description, link, calls: steps.flatMap(callsOf), agents: steps.flatMap(agentsOf) };
}

/** In what a workflow comes to, the result of a step that was not run is `null`. */
const finished = (output: unknown, values: Values): Json =>
  render(output, ["output"], (segments, path) => {
    const wasRun = segments[0] !== "steps" || values.find(segments.slice(0, 2)) !== undefined;
    return wasRun ? values.lookup(segments, path) : null;
  });

const callsOf = ({ doing, path }: Step): readonly NamedAt[] =>
  doing.kind === "workflow" ? [{ name: doing.workflow, path: [...path, "workflow"] }] : [];

function agentsOf({ doing, path }: Step): readonly NamedAt[] {
  if (doing.kind !== "agent") return [];
  const { agent, subagents = [] } = doing;
  const lent = subagents.map((name, index) => ({ name, path: [...path, "subagents", index] }));
  return [{ name: agent, path: [...path, "agent"] }, ...lent];
}
