import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { agentWorkFields, functionOption, labelOption, nameOption, type AgentWork } from "../port.ts";

export type Decision<Label extends string = string> = {
  readonly choice: Label;
  readonly reason: string;
  /** From 0 to 1, as the agent says. Absent where a function or a person decided. */
  readonly confidence?: number;
  readonly by: "agent" | "function" | "person";
};

/** Decides without a model: from what is known in the body of the workflow. */
export type DecidingFunction<Label extends string> = () => Label | { readonly choice: Label; readonly reason: string };

export type DecidingAgent<Label extends string> = Omit<AgentWork, "result"> & {
  /** What each choice means, as the agent is told. */
  readonly choices: Readonly<Record<Label, string>>;
};

export type Path<Label extends string, T = unknown> = (flow: WorkflowFlow, decision: Decision<Label>) => Promise<T>;

type BranchBase<Label extends string> = {
  readonly decide: DecidingAgent<Label> | DecidingFunction<Label>;
  /** Data for the agent that decides. */
  readonly input?: Json;
  /** From 0 to 1: an agent that is less sure is not simply followed. Default: it always is. */
  readonly minConfidence?: number;
  /** Below `minConfidence`. `ask`: a person says yes or no, or names another choice. Default `otherwise` where there is one, else `ask`. */
  readonly whenUnsure?: "ask" | "otherwise" | "fail";
  /** How long a person has to answer; then it is a no. Default: no limit. */
  readonly answerTimeoutMs?: number;
  /** In the graph. Default `branch`. */
  readonly label?: string;
};

/** A path for every choice. */
export type BranchOptions<
  Label extends string,
  Paths extends Readonly<Record<Label, Path<Label>>>,
> = BranchBase<Label> & { readonly paths: Paths; readonly otherwise?: undefined };

/** Choices without a path of their own go `otherwise`. */
export type BranchOptionsWithOtherwise<
  Label extends string,
  Paths extends Readonly<Partial<Record<Label, Path<Label>>>>,
  Other,
> = BranchBase<Label> & { readonly paths: Paths; readonly otherwise: Path<Label, Other> };

export type BranchEnded<Label extends string, T, Taken extends string = Label> = {
  readonly decision: Decision<Label>;
  /** The path that was taken: the choice, or `otherwise` where there is one. */
  readonly path: Taken;
  /** What it came to. */
  readonly value: T;
};

export type AnyBranch = BranchBase<string> & {
  readonly paths: Readonly<Partial<Record<string, Path<string>>>>;
  readonly otherwise?: Path<string> | undefined;
};

const { result: _given, ...decidingFields } = agentWorkFields;

const decidingAgent = z.strictObject({
  ...decidingFields,
  choices: z
    .record(nameOption, z.string().trim().min(1, "must say what the choice means"))
    .refine((choices) => Object.keys(choices).length > 1, "must be at least two"),
});

const decideOption = z.unknown().superRefine((value, context) => {
  if (typeof value === "function") return;
  const { error } = decidingAgent.safeParse(value);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path, message });
});

export const branchSchema = z
  .strictObject({
    decide: decideOption,
    paths: z.record(z.string(), functionOption),
    otherwise: functionOption.optional(),
    input: z.json().exactOptional(),
    minConfidence: z.number().min(0).max(1).exactOptional(),
    whenUnsure: z.enum(["ask", "otherwise", "fail"]).exactOptional(),
    answerTimeoutMs: z.number().int().positive().exactOptional(),
    label: labelOption,
  })
  .superRefine(({ decide, paths, otherwise, whenUnsure }, context) => {
    const refuse = (path: readonly string[], message: string): void =>
      context.addIssue({ code: "custom", path: [...path], message });
    if (whenUnsure === "otherwise" && otherwise === undefined) refuse(["whenUnsure"], "there is no otherwise");
    const { data } = decidingAgent.safeParse(decide);
    if (data === undefined) return;
    for (const choice of Object.keys(data.choices)) {
      if (!Object.hasOwn(paths, choice) && otherwise === undefined) refuse(["paths", choice], "is missing");
    }
    for (const path of Object.keys(paths)) {
      if (!Object.hasOwn(data.choices, path)) refuse(["paths", path], "is the path of no choice");
    }
  });
