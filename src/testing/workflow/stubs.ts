import { z } from "zod";

import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { BudgetStanding, CommandResult } from "../../workflow/flow.ts";
import type {
  AgentAnswer,
  AgentCall,
  ApprovalQuestion,
  ApprovalSignal,
  CommandCall,
  StepCall,
} from "../../workflow/host.ts";

/** What a stub says: its last words, or a structured answer. What it throws is the agent's failure. */
export type StubAgent = (call: AgentCall, nth: number) => Json | Promise<Json>;

/** A person's answer, so long after the question. Default 0 ms. */
export type StubAnswer = ApprovalSignal & { readonly afterMs?: number };

/** So long after the start. Default 0 ms: it lies there before anyone waits for it. */
export type StubSignal = { readonly name: string; readonly payload: Json; readonly afterMs?: number };

export type Stubs = {
  /** By profile; `*` stands for all others. */
  readonly agents?: Readonly<Record<string, StubAgent>>;
  /** By the command's name; `*` stands for all others. Default: it ends well and says nothing. */
  readonly commands?: Readonly<Record<string, (call: CommandCall) => CommandResult>>;
  /** By the step's name; `*` stands for all others. Default: its effect happens. */
  readonly steps?: Readonly<Record<string, (call: StepCall) => Json>>;
  /** By the question. `undefined`: nobody answers. */
  readonly answers?: (question: ApprovalQuestion) => StubAnswer | undefined;
  /** What somebody sends to the workflow. */
  readonly signals?: readonly StubSignal[];
  /** Cancels the run instead of answering this call. */
  readonly cancelWhen?: (call: AgentCall) => boolean;
  readonly budget?: BudgetStanding;
  /** What each agent's call costs, or a function that says it of a call. Default 0. */
  readonly costUsd?: number | ((call: AgentCall, nth: number) => number);
};

/** The test is wrong, not the workflow: it ends at once, whatever the workflow would make of a failure. */
export class StubProblem extends TuttiError {}

/** What a call costs in the end. */
export const costOf = ({ costUsd = 0 }: Stubs, call: AgentCall, nth: number): number =>
  typeof costUsd === "number" ? costUsd : costUsd(call, nth);

/**
 * What the stub of an agent answers when it is called for the `nth` time, from 0.
 * @throws {StubProblem} when there is none, or its answer has not the form that was asked for
 */
export async function askStub({ agents = {} }: Stubs, call: AgentCall, nth: number): Promise<AgentAnswer> {
  const stub = agents[call.profile] ?? agents["*"];
  if (stub === undefined) throw noStub(call, Object.keys(agents));
  let answer: Json;
  try {
    answer = await stub(call, nth);
  } catch (thrown) {
    if (thrown instanceof StubProblem) throw thrown;
    return { status: "failed", error: errorToJson(TuttiError.from(thrown, "AGENT_FAILED")) };
  }
  refuseOtherForm(call, answer);
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return { status: "completed", text, result: answer };
}

export function runStub({ commands = {} }: Stubs, call: CommandCall): CommandResult {
  const stub = commands[call.name] ?? commands["*"];
  return stub?.(call) ?? { isOk: true, exitCode: 0, output: "" };
}

function refuseOtherForm({ profile, path, resultSchema }: AgentCall, answer: Json): void {
  if (resultSchema === undefined) return;
  const { success, error } = z.fromJSONSchema(resultSchema).safeParse(answer);
  if (success) return;
  const issues = error.issues.map((issue) => `${["answer", ...issue.path].join(".")}: ${issue.message}`);
  throw new StubProblem(
    "INPUT_INVALID",
    `The stub of ${profile} gave another form than ${path} asks for: ${issues.join("; ")}`,
    {
      hint: `It gave ${JSON.stringify(answer)}`,
      context: { profile, path, issues },
    },
  );
}

function noStub({ profile, path, title }: AgentCall, known: readonly string[]): StubProblem {
  const stubs = known.length === 0 ? "none" : known.join(", ");
  return new StubProblem("AGENT_NOT_FOUND", `There is no stub for the agent "${profile}", asked at ${path}: ${title}`, {
    hint: `There are: ${stubs}. Add one: agents: { "${profile}": (call) => … }, or "*" for all others`,
    context: { profile, path },
  });
}
