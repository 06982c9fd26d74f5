import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { CommandRequest, CommandResult } from "../../workflow/flow.ts";
import {
  agentWorkFields,
  functionOption,
  labelOption,
  workOption,
  type AgentWork,
  type Given,
  type Work,
} from "../port.ts";
import type { Iteration, Plateau, RefineStatus, Score } from "./progress.ts";

/** What whoever produces is given. */
export type RefineGiven = Given & {
  /** From 1. */
  readonly iteration: number;
  readonly input: Json | undefined;
  /** Absent in the first iteration. */
  readonly best?: Iteration & { readonly result: unknown };
  /** On the iteration before. */
  readonly feedback?: string;
  readonly iterations: readonly Iteration[];
};

export type Produce = Work<RefineGiven>;

export type EvaluatingAgent = Omit<AgentWork, "prompt" | "result"> & {
  /** What makes it good, and how much each counts. */
  readonly rubric: string;
};

export type EvaluatingCommand = Omit<CommandRequest, "run"> & {
  /** As `flow.command` takes it: exit code 0 is 1, any other 0, and its output the feedback. */
  readonly command: CommandRequest["run"];
  /** Makes a score of it, such as a coverage; from 0 to 1. */
  readonly score?: (ended: CommandResult) => number | Score;
};

/** May await calls of the flow. */
export type EvaluatingFunction<Result> = (
  result: Result,
  iteration: number,
) => number | Score | Promise<number | Score>;

export type Evaluate<Result> = EvaluatingAgent | EvaluatingCommand | EvaluatingFunction<Result>;

export type RefineOptions<P extends Produce, Result> = {
  /** Makes a try. A text prompt gets the best so far and the feedback as data; a function makes its own of them. */
  readonly produce: P;
  readonly evaluate: Evaluate<Result>;
  /** From 0 to 1: a score that is enough. Default 0.8. */
  readonly threshold?: number;
  /** Default 5. */
  readonly maxIterations?: number;
  /** Ends it when nothing is gained any more. Default 2 iterations and 0.01; of a command that only passes or fails: off. */
  readonly plateau?: Partial<Plateau> | false;
  /** Of work that is merged: brings these paths back to what they were in the best iteration, when the last one is another. */
  readonly restore?: Restore;
  /** Data for whoever produces. */
  readonly input?: Json;
  /** Of what one prompt gets of results. Default 40,000. */
  readonly maxForwardedChars?: number;
  /** In the graph. Default `refine`. */
  readonly label?: string;
};

export type Restore = {
  /** Globs: only what the iterations themselves change. Other work of the job that runs meanwhile must not touch them. */
  readonly paths: readonly string[];
  /** Profile of whoever brings them back. Default: the one that produces. */
  readonly agent?: string;
};

export type RefineEnded<Result> = {
  readonly status: RefineStatus;
  /** What the best iteration came to. */
  readonly best: Result;
  readonly bestIteration: number;
  readonly score: number;
  readonly iterations: readonly Iteration[];
  /**
   * Of merged work, where the best is not the last: `restored`, the job's files are those of the best again; `kept`, they are those of
   * the last iteration.
   */
  readonly files: "best" | "restored" | "kept";
};

export type AnyRefine = RefineOptions<Produce, unknown>;

const { prompt: _prompt, result: _result, ...evaluatingFields } = agentWorkFields;

const evaluatingAgent = z.strictObject({
  ...evaluatingFields,
  rubric: z.string().trim().min(1, "must say what makes it good"),
});

const evaluatingCommand = z.strictObject({
  command: z.union([z.string().min(1), z.array(z.string()).min(1)], "must be a text or a list of words"),
  score: functionOption.exactOptional(),
  in: z.enum(["job", "project"]).exactOptional(),
  timeoutMs: z.number().int().positive().exactOptional(),
});

const evaluateOption = z.unknown().superRefine((value, context) => {
  if (typeof value === "function") return;
  const isCommand = typeof value === "object" && value !== null && "command" in value;
  const { error } = (isCommand ? evaluatingCommand : evaluatingAgent).safeParse(value);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path, message });
});

const plateauOption = z.strictObject({
  iterations: z.number().int().min(1).exactOptional(),
  minGain: z.number().min(0).max(1).exactOptional(),
});

export const refineSchema = z
  .strictObject({
    produce: workOption({}),
    evaluate: evaluateOption,
    threshold: z.number().min(0).max(1, "must be from 0 to 1").exactOptional(),
    maxIterations: z.number().int().min(1).max(100).exactOptional(),
    plateau: z.union([z.literal(false), plateauOption], "must be false or { iterations, minGain }").exactOptional(),
    restore: z
      .strictObject({ paths: z.array(z.string().min(1)).min(1), agent: z.string().min(1).exactOptional() })
      .exactOptional(),
    input: z.json().exactOptional(),
    maxForwardedChars: z.number().int().positive().exactOptional(),
    label: labelOption,
  })
  .superRefine(({ produce, restore }, context) => {
    const isAgent = typeof produce === "object" && produce !== null && "agent" in produce;
    if (restore === undefined || restore.agent !== undefined || isAgent) return;
    context.addIssue({ code: "custom", path: ["restore", "agent"], message: "is missing: what produces is no agent" });
  });
