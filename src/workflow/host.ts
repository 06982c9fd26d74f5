import type { PartLimit } from "../domain/budget/part-limit.ts";
import type { ErrorJson } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../domain/workflow/node-note.ts";
import type { AgentRequest, ApproveOptions, BudgetStanding, CommandRequest, CommandResult } from "./flow.ts";

/**
 * What a running workflow needs from the world: real agents, or stubs. Every method may be called again with the same key after
 * a crash and must then come to the same thing without doing it twice.
 */
export interface WorkflowHost {
  /** Waits until the agent's work has come to its end. Never rejects for what the agent did: that is an answer. */
  agent(call: AgentCall): Promise<AgentAnswer>;
  command(call: CommandCall): Promise<CommandResult>;
  /** What a step comes to where its effect is not to happen, in a test or a dry run; `undefined`: the effect happens. */
  step?(call: StepCall): Promise<{ readonly value: Json } | undefined>;
  /** Has the effect of a step happen. @returns what is recorded of it, and given to the body */
  effect?(happen: () => Promise<Json>): Promise<Json>;
  /** Puts a question to a person. The answer comes as a signal named `signalName`, of the form `ApprovalSignal`. */
  ask(question: ApprovalQuestion): Promise<void>;
  /** Nobody waits for the answer any more. */
  withdraw(question: Pick<ApprovalQuestion, "key">): Promise<void>;
  /** Of the job. */
  budget(): Promise<BudgetStanding>;
  /** What the graph is drawn from. May come twice. */
  note(note: NodeNote): Promise<void>;
  log(line: WorkflowLog): Promise<void>;
}

/** Where a call stands: stable over replays, and over changes of the code elsewhere. */
export type CallPlace = {
  /** Names from the root: `fan-out#1[2]/code-reviewer#1`. */
  readonly path: string;
  /** `<scope>@<position>` in the journal. */
  readonly node: string;
  /** Unique in the run. */
  readonly key: string;
};

export type AgentCall = CallPlace &
  Omit<AgentRequest, "result" | "title"> & {
    readonly profile: string;
    readonly title: string;
    /** JSON Schema of the structured answer. */
    readonly resultSchema?: JsonObject;
    /**
     * Limits of the parts that it stands in, outermost first. It sets aside of each before it begins, and waits while others hold all that
     * is left; where nothing is, the answer is a failure with `BUDGET_EXCEEDED`.
     */
    readonly parts?: readonly PartLimit[];
    /**
     * Aborts when this process stops or loses the run: the agent's work stays as it is, the call comes again. And when nobody wants the answer
     * any more: see `isLostRace`.
     */
    readonly signal: AbortSignal;
  };

export type AgentAnswer =
  | {
      readonly status: "completed";
      /** Last words. */
      readonly text: string;
      /** Where a schema was given. */
      readonly result?: Json;
      readonly taskId?: string;
      readonly costUsd?: number;
    }
  | {
      readonly status: "failed";
      readonly error: ErrorJson;
      readonly taskId?: string;
      readonly costUsd?: number;
    };

export type CommandCall = CallPlace & CommandRequest & { readonly name: string; readonly signal: AbortSignal };

export type StepCall = CallPlace & { readonly name: string };

export type ApprovalQuestion = CallPlace &
  Pick<ApproveOptions, "context" | "timeoutMs"> & { readonly question: string; readonly signalName: string };

export type ApprovalSignal = { readonly approved: boolean; readonly note?: string };
