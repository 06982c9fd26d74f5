import { TuttiError, errorToJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../../domain/workflow/node-note.ts";
import type { BudgetStanding, CommandResult } from "../../workflow/flow.ts";
import type {
  AgentAnswer,
  AgentCall,
  ApprovalQuestion,
  ApprovalSignal,
  CommandCall,
  WorkflowHost,
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
  /** By the question. `undefined`: nobody answers. */
  readonly answers?: (question: ApprovalQuestion) => StubAnswer | undefined;
  /** What somebody sends to the workflow. */
  readonly signals?: readonly StubSignal[];
  readonly budget?: BudgetStanding;
  /** What each agent's call costs. Default 0. */
  readonly costUsd?: number;
};

/** Hears the answers of stubs as a person's signals. */
export type SendSignal = (name: string, key: string, payload: Json) => Promise<void>;

/** A host whose agents, commands and persons are functions. It remembers everything that it was asked. */
export class StubHost implements WorkflowHost {
  readonly calls: AgentCall[] = [];
  readonly notes: NodeNote[] = [];
  readonly lines: WorkflowLog[] = [];
  readonly questions: ApprovalQuestion[] = [];
  readonly commands: CommandCall[] = [];
  /** Keys of questions. */
  readonly withdrawn: string[] = [];
  readonly #stubs: Stubs;
  readonly #send: SendSignal;

  constructor(stubs: Stubs, send: SendSignal) {
    this.#stubs = stubs;
    this.#send = send;
  }

  async agent(call: AgentCall): Promise<AgentAnswer> {
    const nth = this.calls.filter(({ profile }) => profile === call.profile).length;
    this.calls.push(call);
    return askStub(this.#stubs, call, nth);
  }

  async command(call: CommandCall): Promise<CommandResult> {
    this.commands.push(call);
    return runStub(this.#stubs, call);
  }

  async ask(question: ApprovalQuestion): Promise<void> {
    this.questions.push(question);
    const answer = this.#stubs.answers?.(question);
    if (answer !== undefined) await this.#send(question.signalName, "first", answer);
  }

  async withdraw({ key }: Pick<ApprovalQuestion, "key">): Promise<void> {
    this.withdrawn.push(key);
  }

  async budget(pathPrefix = ""): Promise<BudgetStanding> {
    const { budget, costUsd = 0 } = this.#stubs;
    const spentUsd = this.calls.filter(({ path }) => path.startsWith(pathPrefix)).length * costUsd;
    return { ...budget, spentUsd };
  }

  async note(note: NodeNote): Promise<void> {
    this.notes.push(note);
  }

  async log(line: WorkflowLog): Promise<void> {
    this.lines.push(line);
  }
}

/** What the stub of an agent answers when it is called for the `nth` time, from 0. */
export async function askStub({ agents = {}, costUsd = 0 }: Stubs, call: AgentCall, nth: number): Promise<AgentAnswer> {
  const stub = agents[call.profile] ?? agents["*"];
  if (stub === undefined) return { status: "failed", error: errorToJson(noStub(call.profile)) };
  try {
    return answerOf(await stub(call, nth), costUsd);
  } catch (thrown) {
    return { status: "failed", error: errorToJson(TuttiError.from(thrown, "AGENT_FAILED")), costUsd };
  }
}

export function runStub({ commands = {} }: Stubs, call: CommandCall): CommandResult {
  const stub = commands[call.name] ?? commands["*"];
  return stub?.(call) ?? { isOk: true, exitCode: 0, output: "" };
}

const answerOf = (answer: Json, costUsd: number): AgentAnswer =>
  typeof answer === "string"
    ? { status: "completed", text: answer, result: answer, costUsd }
    : { status: "completed", text: JSON.stringify(answer), result: answer, costUsd };

const noStub = (profile: string): TuttiError =>
  new TuttiError("AGENT_NOT_FOUND", `There is no stub for the agent "${profile}"`, {
    hint: `Give one: agents: { "${profile}": (call) => … }, or "*" for all`,
  });
