import { z } from "zod";

import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { AgentRequest, WorkflowFlow } from "../workflow/flow.ts";

/** What the patterns have in common: how a part of one is given, and how its options are looked at before anything starts. */

/** An agent's work, as `flow.agent` takes it; its prompt may be made of what is known when it begins. */
export type AgentWork<Given> = Omit<AgentRequest, "prompt"> & {
  /** Name of an agent profile. */
  readonly agent: string;
  readonly prompt: string | ((given: Given) => string);
};

/** Anything else that a flow can do: another pattern, a sub-workflow, a command. */
export type OwnWork<Given, T = unknown> = {
  readonly run: (flow: WorkflowFlow, given: Given) => Promise<T>;
};

export type Work<Given> = AgentWork<Given> | OwnWork<Given>;

/** What a work comes to: what its function gives, its structured answer, or its agent's last words. */
export type ResultOf<W> = W extends { readonly run: (...given: never[]) => Promise<infer T> }
  ? T
  : W extends { readonly result: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : string;

export const isOwnWork = <Given>(work: Work<Given>): work is OwnWork<Given> => "run" in work;

/** Does it, in the scope of the call. */
export async function doWork<Given>(flow: WorkflowFlow, work: Work<Given>, given: Given): Promise<unknown> {
  if (isOwnWork(work)) return work.run(flow, given);
  const { agent, prompt, ...rest } = work;
  const request = { ...rest, prompt: typeof prompt === "string" ? prompt : prompt(given) };
  return flow.agent(agent, request);
}

const isFunction = (value: unknown): boolean => typeof value === "function";

/** Of an option that is a function. */
export const functionOption = z.custom<(...given: never[]) => unknown>(isFunction, "must be a function");

const schemaOption = z.custom<z.ZodType>(
  (value) => typeof value === "object" && value !== null && "safeParse" in value,
  "must be a zod schema",
);

const text = z.string().trim().min(1, "must not be empty");
const texts = z.array(text);

/** The fields of an agent's work that are plain data, for the input of ready workflows. */
export const agentFields = {
  agent: text,
  title: text.exactOptional(),
  access: z.enum(["read", "edit"]).exactOptional(),
  contextFiles: texts.exactOptional(),
  expectedOutputs: texts.exactOptional(),
  acceptance: texts.exactOptional(),
  footprint: texts.exactOptional(),
  gates: texts.exactOptional(),
  model: text.exactOptional(),
  timeoutMs: z.number().int().positive().exactOptional(),
  maxCostUsd: z.number().positive().exactOptional(),
  priority: z.number().int().min(1).max(10).exactOptional(),
  subagents: texts.exactOptional(),
};

/** An agent's work with a prompt of plain text. */
export const plainAgentWork = z.strictObject({ ...agentFields, prompt: text });

/** Fields of an agent's work as a program gives it. */
export const agentWorkFields = {
  ...agentFields,
  prompt: z.union([text, functionOption], "must be a text or a function that gives one"),
  result: schemaOption.exactOptional(),
};

/** Options of a work of either kind, with fields besides, such as its name. */
export const workOption = (besides: z.ZodRawShape) => {
  const own = z.strictObject({ ...besides, run: functionOption });
  const agents = z.strictObject({ ...besides, ...agentWorkFields });
  return z.unknown().superRefine((value, context) => {
    const schema = typeof value === "object" && value !== null && "run" in value ? own : agents;
    const { error } = schema.safeParse(value);
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path, message });
  });
};

/** @throws {TuttiError} `WORKFLOW_INVALID` naming each option that is wrong; nothing has been started by then */
export function checkOptions(pattern: string, schema: z.ZodType, options: unknown): void {
  const { error } = schema.safeParse(options);
  if (error === undefined) return;
  const issues = error.issues.map(({ path, message }) =>
    [path.join("."), message].filter((part) => part !== "").join(": "),
  );
  throw new TuttiError("WORKFLOW_INVALID", `The options of ${pattern} are wrong: ${issues.join("; ")}`, {
    hint: `Mend them; all that ${pattern} takes is in docs/guide/patterns`,
    context: { pattern, issues },
  });
}

/** Refuses a name twice among parts of a pattern. */
export const uniqueNames = (parts: readonly { readonly name: string }[], context: z.RefinementCtx): void => {
  for (const [index, { name }] of parts.entries()) {
    if (parts.findIndex((other) => other.name === name) === index) continue;
    context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is there twice` });
  }
};

/**
 * The failure of a part, as the failure of the whole that says how far it came: same code and class. A run that ends as a whole
 * (cancelled, its worker stopped) is thrown on as it is.
 */
export function partFailed(
  flow: WorkflowFlow,
  thrown: unknown,
  part: { readonly what: string; readonly context: JsonObject },
): TuttiError {
  flow.signal.throwIfAborted();
  const { code, message, failureClass, hint, context } = errorToJson(TuttiError.from(thrown, "WORKFLOW_AGENT_FAILED"));
  return new TuttiError(code, `${part.what}: ${message}`, {
    failureClass,
    ...(hint === undefined ? {} : { hint }),
    context: { ...context, ...part.context },
    cause: thrown,
  });
}
