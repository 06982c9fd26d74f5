import { z } from "zod";
import type { Json, JsonObject } from "../json.ts";
import { modelNamePattern } from "../model-name.ts";

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
  /** Key of the task that it runs after and whose result its prompt begins with. Always one of `dependsOn` too. */
  readonly parent?: string;
  /** Its agent goes on from the conversation of its parent's accepted attempt, in a fork of it. Needs `parent`. */
  readonly continuesParent?: boolean;
  /** Tasks of a job with the same name here share a conversation, one after another. */
  readonly batch?: string;
  /** Models to try, cheap ones first; absent = the project's. See `modelOfAttempt`. */
  readonly escalate?: readonly string[];
  /** Name of a prompt template of the project: `docs` for `.tutti/templates/worker-docs.md.j2`. */
  readonly template?: string;
  /** `read`: its agent may look and not change, and nothing of it is merged. Absent: as its profile says, else `edit`. */
  readonly access?: TaskAccess;
  /** Names of agent profiles that its agent may use as subagents within its own session. */
  readonly subagents?: readonly string[];
};

export type TaskAccess = "read" | "edit";

/** The keys that a `dependsOn` may name. */
const taskKeyPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** What a `template` may say. */
const templatePattern = /^[a-z0-9][a-z0-9_-]*$/;

const text = z.string().trim().min(1);
const texts = z.array(text);

/** A manager plans the work; how it is to be paid for is a person's choice. */
const personsChoice = {
  parent: text.exactOptional().describe("Key of the task that it runs after and whose result its prompt begins with"),
  continuesParent: z.boolean().exactOptional().describe("Go on from the parent's conversation, in a fork of it"),
  batch: text.exactOptional().describe("Tasks with the same name here share a conversation, one after another"),
  escalate: z
    .array(z.string().regex(modelNamePattern))
    .min(1)
    .exactOptional()
    .describe("Models to try, cheap ones first: the next one follows work that failed its validation or gates"),
  template: z
    .string()
    .regex(templatePattern)
    .exactOptional()
    .describe("Prompt template of the project: `docs` for .tutti/templates/worker-docs.md.j2"),
  access: z
    .enum(["read", "edit"])
    .exactOptional()
    .describe("read: its agent looks and changes nothing, and nothing of it is merged. Default: as its profile says"),
  subagents: texts.exactOptional().describe("Names of agent profiles that its agent may call within its own session"),
};

const plannedTask = {
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
};

const summary = text.describe("How the goal is reached, in a sentence or two");

export const planTaskSchema = z.strictObject({ ...plannedTask, ...personsChoice });

export const planSchema = z.strictObject({ summary, tasks: z.array(planTaskSchema).min(1) });

const managersPlanSchema = z.strictObject({ summary, tasks: z.array(z.strictObject(plannedTask)).min(1) });

const jsonObject = z.record(z.string(), z.json());

/**
 * The plan as JSON Schema, for programs and editors. Describes the input: what has a default may be left out. Carries no
 * `$schema`, because some agents' validators refuse a dialect that they don't know.
 */
export const planJsonSchema = (): JsonObject => jsonSchemaOf(planSchema);

/** The same for a manager's structured output: without what only a person should choose. */
export const managersPlanJsonSchema = (): JsonObject => jsonSchemaOf(managersPlanSchema);

function jsonSchemaOf(described: z.ZodType): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(described, { io: "input", target: "draft-7" });
  const plain: Json = jsonObject.parse(schema);
  return plain;
}
