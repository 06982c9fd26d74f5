import type { z } from "zod";

import type { RunId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import type { Flow } from "../engine/port.ts";
import { checkAmount } from "./amount.ts";
import { agentCall, requestOf, type ProfileRequest } from "./agent-call.ts";
import { approvalOf, checkedPayload, endOfAgent, resultOf } from "./answers.ts";
import type {
  AgentRequest,
  Approval,
  ApproveOptions,
  Branch,
  BudgetStanding,
  CommandRequest,
  CommandResult,
  EffectContext,
  GroupOptions,
  Outcome,
  ReceiveOptions,
  Stage,
  WorkflowDefinition,
  WorkflowFlow,
} from "./flow.ts";
import type { CallPlace, WorkflowHost } from "./host.ts";
import { Groups, outcomeOf } from "./groups.ts";
import { nodeOf, NotedCalls } from "./noted-calls.ts";
import { untilLeftBehind } from "./left-behind.ts";
import { withHeardRejections } from "./heard-rejections.ts";
import { currentScope, type Scope } from "./scope.ts";

/** `WorkflowFlow` over an engine's flow: one object for the body and all its branches. */
export class AuthorFlow implements WorkflowFlow {
  readonly #root: Flow;
  readonly #host: WorkflowHost;
  readonly #calls: NotedCalls;
  readonly #groups: Groups;
  /** What bodies are given. */
  readonly forBody: WorkflowFlow = withHeardRejections(this);

  constructor(root: Flow, host: WorkflowHost) {
    this.#root = root;
    this.#host = host;
    this.#calls = new NotedCalls(host);
    this.#groups = new Groups(host);
  }

  get runId(): RunId {
    return this.#root.runId;
  }

  get signal(): AbortSignal {
    return this.#root.signal;
  }

  agent<Schema extends z.ZodType>(
    profile: string,
    request: AgentRequest & { readonly result: Schema },
  ): Promise<z.output<Schema>>;
  agent(profile: string, request: AgentRequest | string): Promise<string>;
  async agent(profile: string, request: AgentRequest | string): Promise<unknown> {
    const scope = currentScope(`flow.agent("${profile}")`);
    const asked: ProfileRequest = requestOf(profile, request);
    checkAmount(`flow.agent("${profile}")`, asked.request.maxCostUsd);
    const answer = await this.#calls.performed(
      scope,
      { kind: "agent", name: profile, endOf: endOfAgent },
      (place, { signal }) => this.#host.agent(agentCall(asked, { ...place, signal, around: scope.limits })),
    );
    return resultOf(answer, asked);
  }

  all<T>(branches: readonly Branch<T>[], options: GroupOptions = {}): Promise<T[]> {
    return this.#groups.all({ kind: "all", name: options.label ?? "all", ...options }, branches);
  }

  race<T extends Json>(branches: readonly Branch<T>[], options: GroupOptions = {}): Promise<T> {
    return this.#groups.race({ kind: "race", name: options.label ?? "race", ...options }, branches);
  }

  settle<T>(branches: readonly Branch<T>[], options: GroupOptions = {}): Promise<Outcome<T>[]> {
    return this.all(
      branches.map((branch) => () => outcomeOf(branch, this.signal)),
      options,
    );
  }

  map<Item, T>(
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<T>,
    options: GroupOptions = {},
  ): Promise<T[]> {
    const branches = items.map((item, index) => () => work(item, index));
    return this.#groups.all({ kind: "all", name: options.label ?? "map", ...options }, branches);
  }

  pipeline<Item, A>(items: readonly Item[], first: Stage<Item, A>): Promise<A[]>;
  pipeline<Item, A, B>(items: readonly Item[], first: Stage<Item, A>, second: Stage<A, B>): Promise<B[]>;
  pipeline<Item, A, B, C>(
    items: readonly Item[],
    ...stages: readonly [Stage<Item, A>, Stage<A, B>, Stage<B, C>]
  ): Promise<C[]>;
  pipeline<Item, A, B, C, D>(
    items: readonly Item[],
    ...stages: readonly [Stage<Item, A>, Stage<A, B>, Stage<B, C>, Stage<C, D>]
  ): Promise<D[]>;
  async pipeline(items: readonly unknown[], ...stages: readonly Stage<unknown, unknown>[]): Promise<unknown[]> {
    const through = async (item: unknown, index: number): Promise<unknown> => {
      let value = item;
      for (const stage of stages) value = await stage(value, index);
      return value;
    };
    const branches = items.map((item, index) => () => through(item, index));
    return this.#groups.all({ kind: "pipeline", name: "pipeline" }, branches);
  }

  async group<T>(label: string, work: () => Promise<T>, options: Pick<GroupOptions, "pattern"> = {}): Promise<T> {
    return this.#groups.single({ kind: "group", name: label, ...options }, work);
  }

  async step<T extends Json>(name: string, effect: (step: EffectContext) => Promise<T>): Promise<T> {
    const scope = currentScope(`flow.step("${name}")`);
    return this.#calls.performed(scope, { kind: "step", name }, async (place, { signal }) => {
      const happen = (): Promise<Json> => untilLeftBehind(signal, () => effect({ key: place.key, signal }));
      const instead = await this.#host.step?.({ ...place, name });
      const value = instead === undefined ? await (this.#host.effect?.(happen) ?? happen()) : instead.value;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever answers for the step vouches for the form
      return value as T;
    });
  }

  async command(name: string, request: CommandRequest): Promise<CommandResult> {
    const scope = currentScope(`flow.command("${name}")`);
    return this.#calls.performed(scope, { kind: "command", name }, (place, { signal }) =>
      this.#host.command({ ...place, ...request, name, signal }),
    );
  }

  async sleep(durationMs: number): Promise<void> {
    const scope = currentScope("flow.sleep");
    const wait = () => scope.call((engine) => engine.sleep(durationMs));
    await this.#calls.awaited(scope, { kind: "sleep", name: `${durationMs} ms`, wait });
  }

  async approve(question: string, options: ApproveOptions = {}): Promise<Approval> {
    const scope = currentScope("flow.approve");
    const { context, timeoutMs, onTimeout = "reject" } = options;
    const asked = {
      question,
      ...(context === undefined ? {} : { context }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const times = timeoutMs === undefined ? {} : { timeoutMs };
    const answer = await this.#calls.awaited(scope, {
      kind: "approve",
      name: question,
      begin: (place) => this.#host.ask({ ...place, ...asked, signalName: approvalSignal(place) }),
      wait: (place) => this.#answer(scope, place, times),
      abandon: (place) => this.#host.withdraw(place),
    });
    return answer === undefined ? { approved: onTimeout === "approve", by: "timeout" } : approvalOf(answer);
  }

  receive<Schema extends z.ZodType>(
    name: string,
    options: ReceiveOptions & { readonly schema: Schema },
  ): Promise<z.output<Schema> | undefined>;
  receive(name: string, options?: ReceiveOptions): Promise<Json | undefined>;
  async receive(name: string, options: ReceiveOptions & { readonly schema?: z.ZodType } = {}): Promise<unknown> {
    const scope = currentScope(`flow.receive("${name}")`);
    const { schema, ...times } = options;
    const wait = () => scope.call((engine) => engine.receive(name, times));
    const payload = await this.#calls.awaited(scope, { kind: "receive", name, wait });
    return payload === undefined || schema === undefined ? payload : checkedPayload(name, payload, schema);
  }

  async call<Input, Output>(other: WorkflowDefinition<Input, Output>, input: Input): Promise<Output> {
    const pattern = other.pattern === undefined ? {} : { pattern: other.pattern };
    return this.#groups.single({ kind: "call", name: other.name, ...pattern }, () => other.run(this.forBody, input));
  }

  budget(): Promise<BudgetStanding>;
  budget<T>(limit: { readonly maxCostUsd: number }, work: () => Promise<T>): Promise<T>;
  async budget<T>(limit?: { readonly maxCostUsd: number }, work?: () => Promise<T>): Promise<T | BudgetStanding> {
    const scope = currentScope("flow.budget");
    if (limit === undefined || work === undefined)
      return scope.call((engine) => engine.step("budget", () => this.#host.budget()));
    checkAmount("flow.budget", limit.maxCostUsd);
    return this.#groups.single({ kind: "group", name: `at most ${limit.maxCostUsd} USD`, ...limit }, work);
  }

  async log(message: string, data?: Json): Promise<void> {
    const scope = currentScope("flow.log");
    await scope.call((engine) =>
      engine.step("log", async (step) => {
        await this.#host.log({ node: nodeOf(step), message, ...(data === undefined ? {} : { data }) });
        return null;
      }),
    );
  }

  now(): Promise<number> {
    return currentScope("flow.now").call((engine) => engine.now());
  }

  random(): Promise<number> {
    return currentScope("flow.random").call((engine) => engine.random());
  }

  uuid(): Promise<string> {
    return currentScope("flow.uuid").call((engine) => engine.uuid());
  }

  /** A question that nobody answered in time is withdrawn. */
  async #answer(scope: Scope, place: CallPlace, times: { readonly timeoutMs?: number }): Promise<Json | undefined> {
    const answer = await scope.call((engine) => engine.receive(approvalSignal(place), times));
    if (answer !== undefined) return answer;
    await scope.call((engine) =>
      engine.step("withdraw the question", async () => {
        await this.#host.withdraw(place);
        return null;
      }),
    );
    return undefined;
  }
}

const approvalSignal = ({ key }: Pick<CallPlace, "key">): string => `approval ${key}`;
