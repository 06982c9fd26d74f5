import { z } from "zod";

import type { ErrorJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import {
  agentWorkFields,
  functionOption,
  labelOption,
  namedWorksOption,
  type AgentWork,
  type Given,
  type NamedWork,
  type ResultOf,
} from "../port.ts";

export type FanOutBranch = NamedWork;

/** `tasks`: each branch is a task of its own. `light`: one session's own subagents are the branches. */
export type FanOutForm = "light" | "tasks";

export type FanOutOptions<Branches extends readonly FanOutBranch[], Aggregation, Failures extends FailurePolicy> = {
  /** Done at once, none knows of the others. For a list: `branches: files.map((file) => ({ name: file, … }))`. */
  readonly branches: Branches;
  /** Data for every branch. */
  readonly input?: Json;
  /** What makes one result of all: an agent, or a function. Default `none`. */
  readonly aggregate?: Aggregation;
  /** `all`: one failure fails the whole. `some`: it goes on with `minSuccesses`, and names what failed. Default `all`. */
  readonly failures?: Failures;
  /** For `some`. Default 1. */
  readonly minSuccesses?: number;
  /** Has a second agent check each finding of a branch. */
  readonly verify?: Verification;
  /** Branches at once, as tasks. Default: all. */
  readonly concurrency?: number;
  /** Default `auto`: light where every branch says `access: "read"` and is small. */
  readonly form?: FanOutForm | "auto";
  /** Profile of the session of the light form. Default: the first branch's. */
  readonly session?: string;
  /** Of what one prompt gets of results. Default 40,000. */
  readonly maxForwardedChars?: number;
  /** In the graph. Default `fan-out`. */
  readonly label?: string;
};

export type FailurePolicy = "all" | "some";

export type Verification = AgentWork<Given & { readonly branch: string; readonly finding: unknown }> & {
  /** The findings in what a branch came to. Default: the entries of a list, else the whole as one. */
  readonly findings?: (result: unknown) => readonly unknown[];
};

/** What the second agent thought of a finding. */
export type Check = {
  readonly finding: unknown;
  /** `unverified`: the second agent failed, and failures are allowed. */
  readonly verdict: "confirmed" | "refuted" | "unverified";
  readonly reason: string;
};

export type FailedBranch = { readonly name: string; readonly error: ErrorJson };

/** What the aggregation is given. */
export type Gathered<Results = Readonly<Record<string, unknown>>> = Given & {
  /** Of the branches that came to something, by name. */
  readonly results: Results;
  readonly failed: readonly FailedBranch[];
  /** With `verify`: by branch. */
  readonly checks: Readonly<Record<string, readonly Check[]>>;
};

export type BranchResults<Branches extends readonly FanOutBranch[]> = {
  readonly [Branch in Branches[number] as Branch["name"]]: ResultOf<Branch>;
};

export type Aggregation<Results = Readonly<Record<string, unknown>>> =
  "none" | AgentWork<Gathered<Results>> | ((gathered: Gathered<Results>) => unknown);

export type Aggregated<A> = A extends (...given: never[]) => infer T
  ? Awaited<T>
  : A extends "none"
    ? undefined
    : ResultOf<A>;

export type FanOutEnded<Branches extends readonly FanOutBranch[], A, Failures extends FailurePolicy> = {
  /** `partial`: some branches failed. */
  readonly status: Failures extends "all" ? "completed" : "completed" | "partial";
  readonly form: FanOutForm;
  readonly results: Failures extends "all" ? BranchResults<Branches> : Partial<BranchResults<Branches>>;
  /** Empty unless failures are allowed. */
  readonly failed: readonly FailedBranch[];
  readonly checks: Readonly<Record<string, readonly Check[]>>;
  readonly aggregate: Aggregated<A>;
};

export type AnyFanOut = FanOutOptions<readonly FanOutBranch[], Aggregation, FailurePolicy>;

const isOwn = (value: unknown): boolean => typeof value === "function" || value === "none";

const aggregateOption = z.unknown().superRefine((value, context) => {
  if (isOwn(value)) return;
  const { error } = z.strictObject(agentWorkFields, 'must be "none", a function or an agent\'s work').safeParse(value);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path, message });
});

export const fanOutSchema = z
  .strictObject({
    branches: namedWorksOption,
    input: z.json().exactOptional(),
    aggregate: aggregateOption.optional(),
    failures: z.enum(["all", "some"]).exactOptional(),
    minSuccesses: z.number().int().min(1).exactOptional(),
    verify: z.strictObject({ ...agentWorkFields, findings: functionOption.exactOptional() }).exactOptional(),
    concurrency: z.number().int().positive().exactOptional(),
    form: z.enum(["auto", "light", "tasks"]).exactOptional(),
    session: z.string().trim().min(1, "must not be empty").exactOptional(),
    maxForwardedChars: z.number().int().positive().exactOptional(),
    label: labelOption,
  })
  .superRefine(({ branches, failures, minSuccesses, verify }, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    if (minSuccesses !== undefined && failures !== "some") refuse("minSuccesses", 'needs failures: "some"');
    if ((minSuccesses ?? 0) > branches.length) refuse("minSuccesses", `there are only ${branches.length} branches`);
    if (verify?.result !== undefined) refuse("verify.result", "is given: whether the finding holds, and why");
  });
