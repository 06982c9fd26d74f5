import { z } from "zod";

import { TuttiError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { WorkflowDefinition, WorkflowFlow } from "./flow.ts";
import { issuesOf } from "./issues-of.ts";

export type WorkflowForm<In extends z.ZodType, Out extends z.ZodType> = {
  /** Of what it is started with. */
  readonly input: In;
  /** Of what it ends with; plain JSON. */
  readonly output: Out;
  readonly description?: string;
  readonly pattern?: string;
};

const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Declares a durable workflow: a function whose `flow` calls are journaled, so that it goes on after a crash at the first call
 * without a record. The body awaits nothing but `flow` calls and is deterministic besides: `flow.now()`, not `Date.now()`.
 * @throws {TuttiError} `WORKFLOW_INVALID` for a name that is none
 */
export function workflow<In extends z.ZodType, Out extends z.ZodType>(
  name: string,
  form: WorkflowForm<In, Out>,
  run: (flow: WorkflowFlow, input: z.output<In>) => Promise<z.input<Out>>,
): WorkflowDefinition<z.output<In>, z.output<Out>> {
  if (!namePattern.test(name)) {
    throw new TuttiError("WORKFLOW_INVALID", `"${name}" is no name for a workflow`, {
      hint: "Use lower-case letters, digits and -, at most 64",
    });
  }
  const checked = async (flow: WorkflowFlow, input: z.output<In>): Promise<z.output<Out>> =>
    parsed(form.output, await run(flow, input), { workflow: name, code: "WORKFLOW_OUTPUT_INVALID", what: "output" });
  return {
    name,
    description: form.description ?? "",
    inputSchema: form.input,
    outputSchema: form.output,
    ...(form.pattern === undefined ? {} : { pattern: form.pattern }),
    code: run.toString(),
    run: checked,
    runChecked: async (flow, input) => json.parse(await checked(flow, workflowInput(name, form.input, input))),
  };
}

/** Whether a module exports this. Holds across duplicated packages. */
export const isWorkflow = (value: unknown): value is WorkflowDefinition =>
  typeof value === "object" && value !== null && "runChecked" in value && "inputSchema" in value && "name" in value;

/** @throws {TuttiError} `WORKFLOW_INPUT_INVALID` naming each field that is wrong */
export const workflowInput = <Schema extends z.ZodType>(name: string, schema: Schema, input: Json): z.output<Schema> =>
  parsed(schema, input, { workflow: name, code: "WORKFLOW_INPUT_INVALID", what: "input" });

const json = z.json();

type Checked = {
  readonly workflow: string;
  readonly code: "WORKFLOW_INPUT_INVALID" | "WORKFLOW_OUTPUT_INVALID";
  readonly what: string;
};

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, { workflow: name, code, what }: Checked) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = issuesOf(what, result.error);
  throw new TuttiError(code, `The ${what} of workflow ${name} is wrong: ${issues.join("; ")}`, {
    ...(code === "WORKFLOW_INPUT_INVALID" ? { hint: `See what it takes: tutti workflow show ${name}` } : {}),
    context: { workflow: name, issues: [...issues] },
  });
}
