import type { z } from "zod";

import type { ErrorJson } from "../domain/errors.ts";
import type { RunId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";

/**
 * What the body of a workflow may await. It awaits nothing else.
 *
 * One call after the other; what runs at once is a branch of `all`, `settle`, `map`, `pipeline` or `race`. Within a branch the same `flow`
 * means the branch. Results are recorded once: after a crash the body runs again and each recorded call gives back what it gave.
 */
export interface WorkflowFlow {
  readonly runId: RunId;
  /** Aborts when the run is cancelled or given up by this process. */
  readonly signal: AbortSignal;

  /**
   * Has an agent do something, as a task of the job: isolated, retried, validated, merged.
   * @param profile - name of an agent profile: built in, of `.claude/agents`, or of the settings
   * @returns its structured answer where `result` is a schema, else its last words
   * @throws {TuttiError} `WORKFLOW_AGENT_FAILED`, `BUDGET_EXCEEDED`
   */
  agent<Schema extends z.ZodType>(
    profile: string,
    request: AgentRequest & { readonly result: Schema },
  ): Promise<z.output<Schema>>;
  agent(profile: string, request: AgentRequest | string): Promise<string>;

  /** Runs branches at once. All end; then the first failure in the order of the list is thrown. */
  all<T>(branches: readonly Branch<T>[], options?: GroupOptions): Promise<T[]>;
  /** The same, and a failure is a result. */
  settle<T>(branches: readonly Branch<T>[], options?: GroupOptions): Promise<Outcome<T>[]>;
  /**
   * Runs branches at once; the value of the first that succeeds is the result, and counts for good. The others are cancelled, their agents
   * among them. When all fail, the first failure in the order of the list is thrown.
   */
  race<T extends Json>(branches: readonly Branch<T>[], options?: GroupOptions): Promise<T>;
  /** One branch for each item. */
  map<Item, T>(
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<T>,
    options?: GroupOptions,
  ): Promise<T[]>;
  /** Each item goes through the stages by itself: none waits for the others between two stages. */
  pipeline<Item, A>(items: readonly Item[], first: Stage<Item, A>): Promise<A[]>;
  pipeline<Item, A, B>(items: readonly Item[], first: Stage<Item, A>, second: Stage<A, B>): Promise<B[]>;
  pipeline<Item, A, B, C>(
    items: readonly Item[],
    first: Stage<Item, A>,
    second: Stage<A, B>,
    third: Stage<B, C>,
  ): Promise<C[]>;
  pipeline<Item, A, B, C, D>(
    items: readonly Item[],
    ...stages: readonly [Stage<Item, A>, Stage<A, B>, Stage<B, C>, Stage<C, D>]
  ): Promise<D[]>;
  /** A named part of the run, for its graph. */
  group<T>(label: string, work: () => Promise<T>, options?: Pick<GroupOptions, "pattern">): Promise<T>;

  /** A named side effect whose result is recorded once. It may run again after a crash: `step.key` is its idempotency key. */
  step<T extends Json>(name: string, effect: (step: EffectContext) => Promise<T>): Promise<T>;
  /** A program without a model: its end is a result, whatever its exit code. */
  command(name: string, request: CommandRequest): Promise<CommandResult>;
  /** A durable timer: the time that has passed while nothing ran counts. */
  sleep(durationMs: number): Promise<void>;
  /** Asks a person, by a breakpoint. Unanswered in time it is a no, unless `onTimeout` says otherwise. */
  approve(question: string, options?: ApproveOptions): Promise<Approval>;
  /**
   * The oldest payload that somebody sent under this name (`tutti workflow signal`) and nobody has taken; `undefined` after `timeoutMs`.
   * Sent before the wait, it is kept for it.
   */
  receive(name: string, options?: ReceiveOptions): Promise<Json | undefined>;
  receive<Schema extends z.ZodType>(
    name: string,
    options: ReceiveOptions & { readonly schema: Schema },
  ): Promise<z.output<Schema> | undefined>;
  /** Another workflow as a part of this one: the same journal, budget and cancellation. */
  call<Input, Output>(other: WorkflowDefinition<Input, Output>, input: Input): Promise<Output>;

  /** What the job has cost and may cost. */
  budget(): Promise<BudgetStanding>;
  /**
   * Agents within `work` may cost so much together, also those that run at once: each sets its share aside before it begins, its own
   * `maxCostUsd` or else the limit divided by its branches, and gives back what it did not need. It begins with less while others hold the
   * rest, but not with less than a quarter of its share: then it waits for them. One that has used up its share goes on while there is more.
   * As for the job's own budget, only the request that each has in flight may go over the limit.
   * @throws {TuttiError} `BUDGET_EXCEEDED` where an agent can't begin, or go on, because nothing is left
   */
  budget<T>(limit: { readonly maxCostUsd: number }, work: () => Promise<T>): Promise<T>;
  /** A line for whoever watches, once. */
  log(message: string, data?: Json): Promise<void>;
  /** Milliseconds since the Unix epoch, recorded. */
  now(): Promise<number>;
  /** In [0, 1), recorded. */
  random(): Promise<number>;
  uuid(): Promise<string>;
}

/** A workflow of any form: what registries, hosts and faces hand around. */
export type AnyWorkflow = {
  /** Lower case, digits, `-`; unique in a project. */
  readonly name: string;
  /** One sentence for lists. */
  readonly description: string;
  readonly inputSchema: z.ZodType;
  readonly outputSchema: z.ZodType;
  /** Name of the pattern that it is an instance of; for lists and graphs. */
  readonly pattern?: string;
  /** Text of the body: what names the version of a workflow that comes from no file. */
  readonly code?: string;
  /**
   * Checks the input, runs the body, checks what it returns.
   * @throws {TuttiError} `WORKFLOW_INPUT_INVALID`, `WORKFLOW_OUTPUT_INVALID`, and whatever the body throws
   */
  readonly runChecked: (flow: WorkflowFlow, input: Json) => Promise<Json>;
};

/** A workflow with its types: `flow.call` takes and gives these. */
export type WorkflowDefinition<Input = unknown, Output = unknown> = AnyWorkflow & {
  readonly run: (flow: WorkflowFlow, input: Input) => Promise<Output>;
};

export type Branch<T> = () => Promise<T>;

export type Stage<From, To> = (value: From, index: number) => Promise<To>;

export type Outcome<T> =
  { readonly status: "completed"; readonly value: T } | { readonly status: "failed"; readonly error: ErrorJson };

export type GroupOptions = {
  /** Branches at once. Default: all. */
  readonly concurrency?: number;
  /** For the graph. */
  readonly label?: string;
  /** Name of the pattern that this is, for the graph. */
  readonly pattern?: string;
  /** What each branch is called in the graph. */
  readonly names?: readonly string[];
};

export type AgentRequest = {
  /** What it is told. */
  readonly prompt: string;
  /** A few words for lists and graphs. Default: the beginning of the prompt. */
  readonly title?: string;
  /** `read`: may look and not change; nothing is merged. Default: the profile's. */
  readonly access?: "read" | "edit";
  /** Form of its structured answer. */
  readonly result?: z.ZodType;
  /** Repository paths that it should read first. */
  readonly contextFiles?: readonly string[];
  /** Repository paths that must exist afterwards. */
  readonly expectedOutputs?: readonly string[];
  /** Statements that must hold afterwards. */
  readonly acceptance?: readonly string[];
  /** Globs inside which it may change files. */
  readonly footprint?: readonly string[];
  /** Names of configured gates. Default: the project's. */
  readonly gates?: readonly string[];
  /** Alias or full name. Default: the profile's, else the project's. */
  readonly model?: string;
  /** Of one attempt. */
  readonly timeoutMs?: number;
  /** What all attempts together may cost; within `flow.budget` also what it sets aside. */
  readonly maxCostUsd?: number;
  /** 1 to 10, larger first. Default 5. */
  readonly priority?: number;
  /** Profiles that it may use as subagents inside its own session: the light form of a fan-out. */
  readonly subagents?: readonly string[];
};

export type EffectContext = { readonly signal: AbortSignal; readonly key: string };

export type CommandRequest = {
  /** Program and arguments; a single string is given to the shell. */
  readonly run: string | readonly string[];
  /** `job`: a working copy of what the job has merged so far; what it changes there is dropped. `project`: the user's own folder. Default `job`. */
  readonly in?: "job" | "project";
  /** Default 600,000. */
  readonly timeoutMs?: number;
};

export type CommandResult = {
  readonly isOk: boolean;
  /** `null`: a signal or the time limit ended it. */
  readonly exitCode: number | null;
  /** Redacted; of long output the end. */
  readonly output: string;
};

export type ApproveOptions = {
  /** Shown to the person; redacted. */
  readonly context?: Json;
  readonly timeoutMs?: number;
  /** Default `reject`. */
  readonly onTimeout?: "reject" | "approve";
};

export type Approval = {
  readonly approved: boolean;
  /** The person's words. */
  readonly note?: string;
  /** A person's answer, or that there was none. */
  readonly by: "person" | "timeout";
};

export type ReceiveOptions = { readonly timeoutMs?: number };

/** In US dollars. Without a limit nothing is absent but the limit and what remains. */
export type BudgetStanding = {
  readonly spentUsd: number;
  readonly limitUsd?: number;
  readonly remainingUsd?: number;
};
