import type { Json } from "../../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../../domain/workflow/node-note.ts";
import type { BudgetStanding, CommandResult } from "../../workflow/flow.ts";
import type {
  AgentAnswer,
  AgentCall,
  ApprovalQuestion,
  CallPlace,
  CommandCall,
  StepCall,
  WorkflowHost,
} from "../../workflow/host.ts";
import type { Effect, EffectLog } from "./effect-log.ts";
import { PartPurse } from "./part-purse.ts";
import { askStub, costOf, runStub, StubProblem, type StubAnswer, type Stubs } from "./stubs.ts";

export type StubHostOptions = {
  readonly run: string;
  readonly life: number;
  readonly stubs: Stubs;
  readonly log: EffectLog;
  readonly clock: () => number;
  readonly deliver: (question: Pick<ApprovalQuestion, "key" | "signalName">, answer: StubAnswer) => Promise<void>;
  /** After that nothing that happens in this life is remembered. */
  readonly isDead?: () => boolean;
  readonly onCall?: (call: AgentCall) => Promise<void>;
  /** The test can't go on. */
  readonly onProblem: (problem: StubProblem) => void;
};

/**
 * A host whose agents, commands and persons are functions. It remembers everything that it was asked, and behaves over crashes as the
 * real one does: who asks for the same again gets what was answered, and nothing is done twice for it. What it knows of that is
 * in the log, which outlives the process.
 */
export class StubHost implements WorkflowHost {
  readonly calls: AgentCall[] = [];
  readonly commands: CommandCall[] = [];
  readonly questions: ApprovalQuestion[] = [];
  /** Keys of the questions that nobody waits for any more. */
  readonly withdrawn: string[] = [];
  readonly notes: NodeNote[] = [];
  readonly lines: WorkflowLog[] = [];
  readonly #options: StubHostOptions;
  readonly #purse = new PartPurse(({ path }, isLeftOut) => this.#spentUsd(path, isLeftOut));

  constructor(options: StubHostOptions) {
    this.#options = options;
  }

  async agent(call: AgentCall): Promise<AgentAnswer> {
    const known = this.#answerTo(call.key);
    if (known !== undefined) return known as AgentAnswer;
    return this.#answered(call, call.profile, () => this.#paid(call));
  }

  async command(call: CommandCall): Promise<CommandResult> {
    const known = this.#answerTo(call.key);
    if (known !== undefined) return known as CommandResult;
    this.commands.push(call);
    return this.#answered(call, call.name, () => this.#stubbed(async () => runStub(this.#options.stubs, call)));
  }

  async step(call: StepCall): Promise<{ readonly value: Json } | undefined> {
    const { steps = {} } = this.#options.stubs;
    const stub = steps[call.name] ?? steps["*"];
    return stub === undefined ? undefined : this.#stubbed(async () => ({ value: stub(call) }));
  }

  async ask(question: ApprovalQuestion): Promise<void> {
    this.questions.push(question);
    const answer = this.#options.stubs.answers?.(question);
    if (answer === undefined) return;
    const { node, key, signalName } = question;
    this.#append({ event: "asked", node, name: signalName, key, answer });
    await this.#options.deliver(question, answer);
  }

  async withdraw({ key }: { readonly key: string }): Promise<void> {
    this.withdrawn.push(key);
  }

  async budget(): Promise<BudgetStanding> {
    return { ...this.#options.stubs.budget, spentUsd: this.#spentUsd() };
  }

  async note(note: NodeNote): Promise<void> {
    this.notes.push(note);
    const { node, name, status } = note;
    if (status === "running" || status === "waiting") this.#append({ event: "begun", node, name });
  }

  async log(line: WorkflowLog): Promise<void> {
    this.lines.push(line);
  }

  #spentUsd(path?: string, isLeftOut: (key: string) => boolean = () => false): number {
    const { run, log } = this.#options;
    const ended = log.effects.filter((effect) => effect.run === run && effect.event === "ended");
    const paid = ended.filter(({ key = "" }) => isWithin(key, run, path) && !isLeftOut(key));
    const costs = new Map(paid.map(({ key, answer }) => [key, (answer as AgentAnswer).costUsd ?? 0]));
    return [...costs.values()].reduce((sum, costUsd) => sum + costUsd, 0);
  }

  #paid(call: AgentCall): Promise<AgentAnswer> {
    return this.#purse.pay(call, costOf(this.#options.stubs, call, this.#nth(call)), () => this.#ask(call));
  }

  #ask(call: AgentCall): Promise<AgentAnswer> {
    return this.#stubbed(async () => {
      await this.#options.onCall?.(call);
      this.calls.push(call);
      return askStub(this.#options.stubs, call, this.#nth(call));
    });
  }

  async #stubbed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof StubProblem) this.#options.onProblem(thrown);
      throw thrown;
    }
  }

  async #answered<T extends Json>({ node, key }: CallPlace, name: string, work: () => Promise<T>): Promise<T> {
    this.#append({ event: "begun", node, name, key });
    const answer = await work();
    this.#append({ event: "ended", node, name, key, answer });
    return answer;
  }

  #answerTo(key: string): Json | undefined {
    return this.#options.log.effects.find((effect) => effect.event === "ended" && effect.key === key)?.answer;
  }

  /** How many other calls of this profile began before this one, in whichever life. */
  #nth({ key, profile }: AgentCall): number {
    const { run, log } = this.#options;
    const keys = log.effects.flatMap((effect) =>
      effect.run === run && effect.event === "begun" && effect.name === profile ? (effect.key ?? []) : [],
    );
    return [...new Set(keys)].indexOf(key);
  }

  #append(effect: Pick<Effect, "event" | "node" | "name" | "key" | "answer">): void {
    const { run, life, log, clock, isDead } = this.#options;
    if (isDead?.() === true) return;
    log.append({ run, life, at: clock(), ...effect });
  }
}

function isWithin(key: string | undefined, run: string, pathPrefix: string | undefined): boolean {
  const prefix = pathPrefix === undefined ? `${run}/` : `${run}/${pathPrefix}`;
  if (key?.startsWith(prefix) !== true) return false;
  return pathPrefix === undefined || ["", "/", "["].includes(key.charAt(prefix.length));
}
