import { z } from "zod";
import type { Json, JsonObject } from "../json.ts";

/** A task graph for one goal: what a manager answers with and what `tutti plan` reads and writes. */
export type Plan = {
  /** How the goal is reached, in a sentence or two. */
  readonly summary: string;
  readonly tasks: readonly PlanTask[];
};

/** One unit of agent work. Every list is empty by default. */
export type PlanTask = {
  /** Unique in the plan; lower case, digits, `-`, `_`; at most 64 characters. */
  readonly key: string;
  readonly title: string;
  /** What the agent is told. */
  readonly prompt: string;
  /** Name of an agent profile; absent = the project's default. */
  readonly agent?: string;
  /** Keys of the tasks whose work this one starts from. */
  readonly dependsOn: readonly string[];
  /** Repository paths put into the prompt's context. */
  readonly contextFiles: readonly string[];
  /** Repository paths that must exist afterwards. */
  readonly expectedOutputs: readonly string[];
  /** 1 to 10, larger starts first. Default 5. */
  readonly priority: number;
  /** What a reviewer would check, one sentence each. */
  readonly acceptance: readonly string[];
  /** Globs inside which the task may change files; absent = anywhere. */
  readonly footprint?: readonly string[];
  /** Names of configured gates; absent = the project's default gates. */
  readonly gates?: readonly string[];
};

/** The keys that a `dependsOn` may name. */
export const taskKeyPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const text = z.string().trim().min(1);
const texts = z.array(text);

export const planTaskSchema = z.strictObject({
  key: z.string().regex(taskKeyPattern).describe("Unique short name: lower-case letters, digits, - and _"),
  title: text.describe("What the task does, in a few words"),
  prompt: text.describe("Complete instructions for an agent that sees only the repository and this text"),
  agent: text.exactOptional().describe("Name of the agent profile that should do it"),
  dependsOn: texts
    .default([])
    .describe("Keys of the tasks whose work this one needs; leave out what can run side by side"),
  contextFiles: texts.default([]).describe("Repository paths the agent should read first"),
  expectedOutputs: texts.default([]).describe("Repository paths of files that must exist when the task is done"),
  priority: z.int().min(1).max(10).default(5).describe("1 to 10, larger starts first"),
  acceptance: texts.default([]).describe("Statements that must hold when the task is done"),
  footprint: texts.exactOptional().describe("Globs of the files that the task may change"),
  gates: texts.exactOptional().describe("Names of the configured checks that must pass"),
});

export const planSchema = z.strictObject({
  summary: text.describe("How the goal is reached, in a sentence or two"),
  tasks: z.array(planTaskSchema).min(1),
});

const jsonObject = z.record(z.string(), z.json());

/**
 * The plan as JSON Schema, for a model's structured output and for editors. Describes the input: what has a default may be
 * left out. Carries no `$schema`, because some agents' validators refuse a dialect that they don't know.
 */
export function planJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(planSchema, { io: "input", target: "draft-7" });
  const plain: Json = jsonObject.parse(schema);
  return plain;
}
