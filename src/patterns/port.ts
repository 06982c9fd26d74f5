import { z } from "zod";

import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import { forward, shortenedText, type Part } from "../domain/workflow/forward.ts";
import { agentProfileMark } from "../workflow/agents-of-input.ts";
import type { AgentRequest, WorkflowFlow } from "../workflow/flow.ts";
import { isLostRace } from "../workflow/lost-race.ts";

/** What the patterns have in common: how a part of one is given, and how its options are looked at before anything starts. */

/** What a work is given when it begins. */
export type Given = {
  /** Earlier results as a block of data: a prompt that is plain text ends with it. */
  readonly forwarded: string;
};

/** An agent's work, as `flow.agent` takes it; its prompt may be made of what is known when it begins. */
export type AgentWork<G extends Given = Given> = Omit<AgentRequest, "prompt"> & {
  /** Name of an agent profile. */
  readonly agent: string;
  readonly prompt: string | ((given: G) => string);
};

/** Anything else that a flow can do: another pattern, a sub-workflow, a command. */
export type OwnWork<G extends Given = Given, T = unknown> = {
  readonly run: (flow: WorkflowFlow, given: G) => Promise<T>;
};

export type Work<G extends Given = Given> = AgentWork<G> | OwnWork<G>;

export type NamedWork<G extends Given = Given> = Work<G> & { readonly name: string };

/** What a work comes to: what its function gives, its structured answer, or its agent's last words. */
export type ResultOf<W> = W extends { readonly run: (...given: never[]) => Promise<infer T> }
  ? T
  : W extends { readonly result: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : string;

export const isOwnWork = <G extends Given>(work: Work<G>): work is OwnWork<G> => "run" in work;

/** Does it, in the scope of the call. */
export async function doWork<G extends Given>(
  flow: WorkflowFlow,
  work: Work<G> & { readonly name?: string },
  given: G,
): Promise<unknown> {
  if (isOwnWork(work)) return work.run(flow, given);
  const { agent, prompt, name, ...rest } = work;
  const title = name === undefined ? {} : { title: name };
  return flow.agent(agent, { ...title, ...rest, prompt: promptText(prompt, given) });
}

export function promptText<G extends Given>(prompt: AgentWork<G>["prompt"], given: G): string {
  if (typeof prompt !== "string") return prompt(given);
  return given.forwarded === "" ? prompt : `${prompt}\n\n${given.forwarded}`;
}

/** The block for a prompt; what had to be shortened is said to whoever watches. */
export async function forwardParts(flow: WorkflowFlow, parts: readonly Part[], maxChars?: number): Promise<string> {
  const { text, shortened } = forward(parts, maxChars);
  if (shortened.length > 0) await flow.log(`Shortened for the next prompt: ${shortenedText(shortened)}`);
  return text;
}

/** Of an option that is a function. */
export const functionOption = z.custom<(...given: never[]) => unknown>(
  (value) => typeof value === "function",
  "must be a function",
);

const schemaOption = z.custom<z.ZodType>(
  (value) => typeof value === "object" && value !== null && "safeParse" in value,
  "must be a zod schema",
);

const text = z.string().trim().min(1, "must not be empty");
const texts = z.array(text);
const profile = text.meta(agentProfileMark);

/** The fields of an agent's work that are plain data, for the input of ready workflows. */
export const agentFields = {
  agent: profile,
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
  subagents: z.array(profile).exactOptional(),
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

/** What ready workflows say about a failure of a part. */
export const failureFacts = z.object({ code: z.string(), message: z.string(), hint: z.string().exactOptional() });

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

/** What a pattern is called in the graph. */
export const labelOption = z.string().min(1, "must not be empty").exactOptional();

/** What parts of a pattern are called: it stands in graphs, prompts and errors. */
export const nameOption = z
  .string()
  .regex(/^[A-Za-z0-9.@][\w .:/@#-]{0,99}$/, "must begin with a letter or digit and have at most 100 characters");

const refuseSameNames = (works: readonly unknown[], context: z.RefinementCtx): void => {
  const names = works.map((work) => named.safeParse(work).data?.name);
  for (const [index, name] of names.entries()) {
    if (name === undefined || names.indexOf(name) === index) continue;
    context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is there twice` });
  }
};

/** Works with names of their own; at least one. */
export const namedWorksOption = z
  .array(workOption({ name: nameOption }), "must be a list")
  .min(1, "must not be empty")
  .superRefine(refuseSameNames);

/** The same of plain data, for the input of ready workflows. */
export const plainNamedWorks = z
  .array(plainAgentWork.extend({ name: nameOption }))
  .min(1, "must not be empty")
  .superRefine(refuseSameNames);

const named = z.looseObject({ name: z.string() });

/**
 * The failure of a part, as the failure of the whole that says how far it came: same code and class. A run that ends as a whole
 * (cancelled, its worker stopped), or a lost race, is thrown on as it is.
 */
export function partFailed(
  flow: WorkflowFlow,
  thrown: unknown,
  part: { readonly what: string; readonly context: JsonObject },
): TuttiError {
  flow.signal.throwIfAborted();
  if (isLostRace(thrown)) throw thrown;
  const { code, message, failureClass, hint, context } = errorToJson(TuttiError.from(thrown, "WORKFLOW_AGENT_FAILED"));
  return new TuttiError(code, `${part.what}: ${message}`, {
    failureClass,
    ...(hint === undefined ? {} : { hint }),
    context: { ...context, ...part.context },
    cause: thrown,
  });
}
