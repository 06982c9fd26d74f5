import { z } from "zod";

import type { ErrorJson } from "../../domain/errors.ts";
import { labelOption } from "../port.ts";

/** A statement that the supervisor judges, with evidence; or a command that has to end with 0, which we run ourselves. */
export type Criterion = string | CommandCriterion;

export type CommandCriterion = {
  /** Program and arguments, or a line for the shell; run on what the job has merged so far. */
  readonly command: string | readonly string[];
  /** What it shows. Default: the command. */
  readonly statement?: string;
  readonly timeoutMs?: number;
};

export type SuperviseOptions = {
  readonly goal: string;
  /** Profiles of agents, and what each is for. */
  readonly workers: Readonly<Record<string, string>>;
  /** It ends when all of them are met; one at least. */
  readonly acceptance: readonly Criterion[];
  /** Default 10. */
  readonly maxRounds?: number;
  /** Delegated tasks at once. Default 4. */
  readonly concurrency?: number;
  /** Profile of who supervises. Default `supervisor`. */
  readonly supervisor?: string;
  /** Of what the supervisor is shown of the registry. Default 8,000. */
  readonly registryTokens?: number;
  /** What workers may do at most. Default `edit`. */
  readonly access?: "read" | "edit";
  /** `light`: one session whose subagents are the workers. Default `auto`: light where workers only read and are few, else tasks. */
  readonly form?: "auto" | SuperviseForm;
  /** In the graph. Default `supervisor`. */
  readonly label?: string;
};

export type SuperviseForm = "light" | "tasks";

export type SuperviseResult = {
  /** `stuck`: the supervisor gave up, or two rounds in a row brought nothing. */
  readonly status: "met" | "max-rounds" | "stuck";
  /** Of the supervisor or of us, about the end. */
  readonly reason: string;
  readonly form: SuperviseForm;
  readonly rounds: number;
  /** In the order of `acceptance`. */
  readonly criteria: readonly JudgedCriterion[];
  /** Everything that was delegated, in order. */
  readonly delegated: readonly Delegation[];
};

export type JudgedCriterion = {
  /** `c1`, `c2`, … */
  readonly id: string;
  readonly statement: string;
  readonly judgedBy: "command" | "supervisor";
  readonly isMet: boolean;
  /** Of a command its exit code and the end of what it said. */
  readonly evidence: string;
};

/** One line of the registry: who was asked for what, and what came of it. */
export type Delegation = {
  /** `d1`, `d2`, … */
  readonly id: string;
  readonly round: number;
  readonly worker: string;
  readonly title: string;
  readonly prompt: string;
  readonly status: "completed" | "failed";
  /** What the worker said, or why it failed. */
  readonly summary: string;
  readonly error?: ErrorJson;
};

const text = z.string().trim().min(1, "must not be empty");

const command = z.union([text, z.array(z.string()).min(1)], "must be a line, or a list of a program and its arguments");

export const criterionSchema = z.union(
  [text, z.strictObject({ command, statement: text.exactOptional(), timeoutMs: z.int().positive().exactOptional() })],
  "must be a statement, or { command }",
);

export const superviseFields = {
  goal: text,
  acceptance: z.array(criterionSchema).min(1, "must not be empty"),
  maxRounds: z.int().min(1).max(100).exactOptional(),
  concurrency: z.int().min(1).exactOptional(),
  supervisor: text.exactOptional(),
  registryTokens: z.int().min(500).exactOptional(),
  access: z.enum(["read", "edit"]).exactOptional(),
  form: z.enum(["auto", "light", "tasks"]).exactOptional(),
};

export const workersSchema = z
  .record(text, text)
  .refine((workers) => Object.keys(workers).length > 0, "must not be empty");

export const superviseSchema = z
  .strictObject({ ...superviseFields, workers: workersSchema, label: labelOption })
  .refine(({ form, access }) => form !== "light" || access === "read", {
    path: ["form"],
    message: 'can be light only with access: "read"',
  });
