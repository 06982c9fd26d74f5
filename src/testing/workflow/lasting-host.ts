import type { Json } from "../../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../../domain/workflow/node-note.ts";
import type { BudgetStanding, CommandResult } from "../../workflow/flow.ts";
import type {
  AgentAnswer,
  AgentCall,
  ApprovalQuestion,
  CallPlace,
  CommandCall,
  WorkflowHost,
} from "../../workflow/host.ts";
import type { Effect, EffectLog } from "./effect-log.ts";
import { askStub, runStub, type StubAnswer, type Stubs } from "./stub-host.ts";

export type LastingHostOptions = {
  readonly run: string;
  readonly life: number;
  readonly stubs: Stubs;
  readonly log: EffectLog;
  readonly clock: () => number;
  readonly deliver: (question: Pick<ApprovalQuestion, "key" | "signalName">, answer: StubAnswer) => Promise<void>;
  /** After that nothing that happens in this life is remembered. */
  readonly isDead?: () => boolean;
};

/**
 * A host of stubs that behaves over crashes as the real one does: who asks for the same again gets what was answered, and
 * nothing is done twice for it. What it knows is in the log, which outlives the process.
 */
export class LastingHost implements WorkflowHost {
  readonly #options: LastingHostOptions;

  constructor(options: LastingHostOptions) {
    this.#options = options;
  }

  async agent(call: AgentCall): Promise<AgentAnswer> {
    const known = this.#answerTo(call.key);
    if (known !== undefined) return known as AgentAnswer;
    return this.#answered(call, call.profile, () => askStub(this.#options.stubs, call, this.#nth(call)));
  }

  async command(call: CommandCall): Promise<CommandResult> {
    const known = this.#answerTo(call.key);
    if (known !== undefined) return known as CommandResult;
    return this.#answered(call, call.name, async () => runStub(this.#options.stubs, call));
  }

  async ask(question: ApprovalQuestion): Promise<void> {
    const answer = this.#options.stubs.answers?.(question);
    if (answer === undefined) return;
    const { node, key, signalName } = question;
    this.#append({ event: "asked", node, name: signalName, key, answer });
    await this.#options.deliver(question, answer);
  }

  async withdraw({ key }: { readonly key: string }): Promise<void> {
    this.#append({ event: "withdrawn", node: "", name: "", key });
  }

  async budget(pathPrefix = ""): Promise<BudgetStanding> {
    const { run, log, stubs } = this.#options;
    const prefix = `${run}/${pathPrefix}`;
    const paid = log.effects.filter(({ event, key }) => event === "ended" && key?.startsWith(prefix) === true);
    const spentUsd = new Set(paid.map(({ key }) => key)).size * (stubs.costUsd ?? 0);
    return { ...stubs.budget, spentUsd };
  }

  async note({ node, name, status }: NodeNote): Promise<void> {
    if (status === "running" || status === "waiting") this.#append({ event: "begun", node, name });
  }

  async log(_line: WorkflowLog): Promise<void> {
    // Lines are for those who watch.
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
