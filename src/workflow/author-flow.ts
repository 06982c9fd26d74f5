import type { z } from "zod";

import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { RunId } from "../domain/ids.ts";
import type { Json } from "../domain/json.ts";
import type { NodeKind, NodeNote } from "../domain/workflow/node-note.ts";
import type { Flow, StepContext } from "../engine/port.ts";
import { agentCall, requestOf, type ProfileRequest } from "./agent-call.ts";
import { approvalOf, endOfAgent, resultOf } from "./answers.ts";
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
import { refuseOverLimit } from "./limits.ts";
import { currentScope, runInScope, Scope } from "./scope.ts";

/** `WorkflowFlow` over an engine's flow: one object for the body and all its branches. */
export class AuthorFlow implements WorkflowFlow {
  readonly #root: Flow;
  readonly #host: WorkflowHost;

  constructor(root: Flow, host: WorkflowHost) {
    this.#root = root;
    this.#host = host;
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
    const answer = await this.#noted(
      scope,
      { kind: "agent", name: profile, endOf: endOfAgent },
      async (place, { signal }) => {
        const maxCostUsd = await refuseOverLimit(this.#host, scope.limits, asked.request.maxCostUsd);
        return this.#host.agent(agentCall(asked, { ...place, signal, maxCostUsd }));
      },
    );
    return resultOf(answer, asked);
  }

  all<T>(branches: readonly Branch<T>[], options: GroupOptions = {}): Promise<T[]> {
    return this.#branches({ kind: "all", name: options.label ?? "all", ...options }, branches);
  }

  settle<T>(branches: readonly Branch<T>[], options: GroupOptions = {}): Promise<Outcome<T>[]> {
    return this.all(
      branches.map((branch) => () => this.#outcome(branch)),
      options,
    );
  }

  map<Item, T>(
    items: readonly Item[],
    work: (item: Item, index: number) => Promise<T>,
    options: GroupOptions = {},
  ): Promise<T[]> {
    const branches = items.map((item, index) => () => work(item, index));
    return this.#branches({ kind: "all", name: options.label ?? "map", ...options }, branches);
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
    return this.#branches({ kind: "pipeline", name: "pipeline" }, branches);
  }

  async group<T>(label: string, work: () => Promise<T>, options: Pick<GroupOptions, "pattern"> = {}): Promise<T> {
    return this.#single({ kind: "group", name: label, ...options }, work);
  }

  async step<T extends Json>(name: string, effect: (step: EffectContext) => Promise<T>): Promise<T> {
    const scope = currentScope(`flow.step("${name}")`);
    return this.#noted(scope, { kind: "step", name }, ({ key }, { signal }) => effect({ key, signal }));
  }

  async command(name: string, request: CommandRequest): Promise<CommandResult> {
    const scope = currentScope(`flow.command("${name}")`);
    return this.#noted(scope, { kind: "command", name }, (place, { signal }) =>
      this.#host.command({ ...place, ...request, name, signal }),
    );
  }

  async sleep(durationMs: number): Promise<void> {
    const scope = currentScope("flow.sleep");
    await this.#mark(scope, { kind: "sleep", name: `${durationMs} ms`, status: "waiting" });
    await scope.call((engine) => engine.sleep(durationMs));
  }

  async approve(question: string, options: ApproveOptions = {}): Promise<Approval> {
    const scope = currentScope("flow.approve");
    const { context, timeoutMs, onTimeout = "reject" } = options;
    const asked = {
      question,
      ...(context === undefined ? {} : { context }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const { key } = await this.#effect(scope, { kind: "approve", name: question, status: "waiting" }, async (place) => {
      await this.#host.ask({ ...place, ...asked, signalName: approvalSignal(place.key) });
      return { key: place.key };
    });
    const answer = await scope.call((engine) =>
      engine.receive(approvalSignal(key), timeoutMs === undefined ? {} : { timeoutMs }),
    );
    if (answer !== undefined) return approvalOf(answer);
    await scope.call((engine) =>
      engine.step("withdraw the question", async () => {
        await this.#host.withdraw({ key });
        return null;
      }),
    );
    return { approved: onTimeout === "approve", by: "timeout" };
  }

  receive<Schema extends z.ZodType>(
    name: string,
    options: ReceiveOptions & { readonly schema: Schema },
  ): Promise<z.output<Schema> | undefined>;
  receive(name: string, options?: ReceiveOptions): Promise<Json | undefined>;
  async receive(name: string, options: ReceiveOptions & { readonly schema?: z.ZodType } = {}): Promise<unknown> {
    const scope = currentScope(`flow.receive("${name}")`);
    const { schema, ...times } = options;
    await this.#mark(scope, { kind: "receive", name, status: "waiting" });
    const payload = await scope.call((engine) => engine.receive(name, times));
    return payload === undefined || schema === undefined ? payload : schema.parse(payload);
  }

  async call<Input, Output>(other: WorkflowDefinition<Input, Output>, input: Input): Promise<Output> {
    const pattern = other.pattern === undefined ? {} : { pattern: other.pattern };
    return this.#single({ kind: "call", name: other.name, ...pattern }, () => other.run(this, input));
  }

  budget(): Promise<BudgetStanding>;
  budget<T>(limit: { readonly maxCostUsd: number }, work: () => Promise<T>): Promise<T>;
  async budget<T>(limit?: { readonly maxCostUsd: number }, work?: () => Promise<T>): Promise<T | BudgetStanding> {
    const scope = currentScope("flow.budget");
    if (limit === undefined || work === undefined)
      return scope.call((engine) => engine.step("budget", () => this.#host.budget()));
    return this.#single({ kind: "group", name: `at most ${limit.maxCostUsd} USD`, ...limit }, work);
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

  /** A failure of a branch; never what ends the whole run. */
  async #outcome<T>(branch: Branch<T>): Promise<Outcome<T>> {
    try {
      return { status: "completed", value: await branch() };
    } catch (thrown) {
      this.signal.throwIfAborted();
      return { status: "failed", error: errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED")) };
    }
  }

  async #single<T>(group: Group, work: () => Promise<T>): Promise<T> {
    const [value] = await this.#branches(group, [async () => [await work()] as const]);
    if (value === undefined) throw new TuttiError("INTERNAL", `${group.name} came to nothing`, { failureClass: "bug" });
    return value[0];
  }

  async #branches<T>(group: Group, branches: readonly Branch<T>[]): Promise<T[]> {
    const { kind, name, pattern, names, concurrency, maxCostUsd } = group;
    const scope = currentScope(`flow.${kind}`);
    const path = scope.next(name);
    const note = {
      ...{ kind, name, status: "running" as const },
      ...(pattern === undefined ? {} : { pattern }),
      ...(names === undefined ? {} : { branchNames: names }),
    };
    await scope.call((engine) =>
      engine.step(`${kind} ${name}`, async (step) => {
        const branchScope = `${step.scope}.${step.position + 1}`;
        await this.#host.note({ ...note, node: nodeOf(step), branchScope });
        return null;
      }),
    );
    const limits = maxCostUsd === undefined ? scope.limits : [...scope.limits, { path, maxCostUsd }];
    const scoped = branches.map((branch, index) => (flow: Flow) => {
      const place = branches.length === 1 ? path : `${path}[${index}]`;
      return runInScope(new Scope(flow, place, limits), branch);
    });
    return [...(await scope.call((engine) => engine.all(scoped, concurrency === undefined ? {} : { concurrency })))];
  }

  /** An effect whose beginning and end are nodes of the graph. */
  #noted<T extends Json>(
    scope: Scope,
    { kind, name, endOf }: NotedCall<T>,
    effect: (place: CallPlace, step: StepContext) => Promise<T>,
  ): Promise<T> {
    return this.#effect(scope, { kind, name, status: "running" }, async (place, step) => {
      const note = { node: place.node, kind, name };
      try {
        const value = await effect(place, step);
        await this.#host.note({ ...note, status: "completed", ...endOf?.(value) });
        return value;
      } catch (thrown) {
        if (!step.signal.aborted) {
          await this.#host.note({
            ...note,
            status: "failed",
            error: errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED")),
          });
        }
        throw thrown;
      }
    });
  }

  async #mark(scope: Scope, note: Pick<NodeNote, "kind" | "name" | "status">): Promise<void> {
    await this.#effect(scope, note, async () => null);
  }

  #effect<T extends Json>(
    scope: Scope,
    note: Pick<NodeNote, "kind" | "name" | "status">,
    effect: (place: CallPlace, step: StepContext) => Promise<T>,
  ): Promise<T> {
    const path = scope.next(note.name);
    return scope.call((engine) =>
      engine.step(`${note.kind} ${note.name}`, async (step) => {
        const place = { path, node: nodeOf(step), key: `${this.runId}/${path}` };
        await this.#host.note({ ...note, node: place.node });
        return effect(place, step);
      }),
    );
  }
}

type Group = Pick<NodeNote, "kind" | "name" | "pattern"> &
  Pick<GroupOptions, "names" | "concurrency"> & { readonly maxCostUsd?: number };

type NotedCall<T> = {
  readonly kind: NodeKind;
  readonly name: string;
  /** What the end says about the node besides. */
  readonly endOf?: (value: T) => Partial<NodeNote>;
};

const nodeOf = ({ scope, position }: StepContext): string => `${scope}@${position}`;

const approvalSignal = (key: string): string => `approval ${key}`;
