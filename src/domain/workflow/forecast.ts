import { estimatePlan, type PlanEstimate, type Range, type TaskPrior } from "../plan/estimate.ts";
import type { PlanTask } from "../plan/plan-schema.ts";
import { workflowGraph, type WorkflowNode } from "./graph.ts";
import type { NodeNote } from "./node-note.ts";

/** A workflow walked through without agents: what it would ask of whom, and what had to be made up for that. */
export type WorkflowWalk = {
  readonly notes: readonly NodeNote[];
  readonly agents: readonly WalkedAgent[];
  /** `<agent>: <field> = <value>`; each once. */
  readonly assumptions: readonly string[];
  /** Why it was not walked to its end. */
  readonly stoppedBy?: string;
};

export type WalkedAgent = {
  readonly node: string;
  readonly profile: string;
  readonly title: string;
  /** Of the call itself. */
  readonly model?: string;
};

/** What an agent's call takes; `high` is the 90th percentile. */
export type UsualCall = TaskPrior & {
  /** `history`: of earlier tasks of this profile in this project. `prior`: nothing is known but the model. */
  readonly basis: "history" | "prior";
  /** Tasks that it was taken from. */
  readonly samples: number;
};

export type WorkflowForecast = Pick<
  PlanEstimate,
  "workers" | "criticalPathMs" | "workMs" | "makespanMs" | "costUsd" | "unpricedTasks"
> & {
  readonly agents: number;
  readonly profiles: readonly (UsualCall & { readonly profile: string; readonly agents: number })[];
};

export type ForecastInput = {
  readonly walk: WorkflowWalk;
  /** Agents at once, at least 1. */
  readonly workers: number;
  readonly usualOf: (agent: WalkedAgent) => UsualCall;
};

/** Time and cost of a workflow before it runs. Like {@link estimatePlan}, without retries; all calls turn out high at once. */
export function forecastWorkflow({ walk, workers, usualOf }: ForecastInput): WorkflowForecast {
  const usual = new Map(walk.agents.map((agent) => [agent.node, usualOf(agent)]));
  const tasks = new Chain(new Set(usual.keys())).tasks(workflowGraph(walk.notes).nodes);
  const plan = { summary: "", tasks };
  const estimate = estimatePlan({ plan, workers, priorOf: ({ key }) => usual.get(key) ?? nothing });
  const { criticalPathMs, workMs, makespanMs, costUsd, unpricedTasks } = estimate;
  const byProfile = Map.groupBy(walk.agents, ({ profile }) => profile);
  const profiles = [...byProfile].flatMap(([profile, own]) =>
    own[0] === undefined ? [] : [{ ...usualOf(own[0]), profile, agents: own.length }],
  );
  const facts = { workers, criticalPathMs, workMs, makespanMs, costUsd, unpricedTasks };
  return { ...facts, agents: walk.agents.length, profiles };
}

const zero: Range = { low: 0, p50: 0, high: 0 };
const nothing: TaskPrior = { durationMs: zero, costUsd: zero };

/** The agents' calls of a graph as tasks that wait for one another. Where several come together stands a task that takes no time. */
class Chain {
  readonly #agents: ReadonlySet<string>;
  readonly #tasks: PlanTask[] = [];

  constructor(agents: ReadonlySet<string>) {
    this.#agents = agents;
  }

  tasks(nodes: readonly WorkflowNode[]): readonly PlanTask[] {
    this.#sequence(nodes, []);
    return this.#tasks;
  }

  /** @returns what is to be waited for afterwards */
  #sequence(nodes: readonly WorkflowNode[], before: readonly string[]): readonly string[] {
    return nodes.reduce((open, node) => this.#node(node, open), before);
  }

  #node(node: WorkflowNode, before: readonly string[]): readonly string[] {
    if (this.#agents.has(node.node)) return [this.#add(node.node, before)];
    const branches = node.branches.filter(({ nodes }) => nodes.length > 0);
    if (branches.length === 0) return before;
    const start = this.#joined(`${node.node} begins`, before);
    const ends = new Set(branches.flatMap(({ nodes }) => this.#sequence(nodes, start)));
    return this.#joined(`${node.node} ends`, [...ends]);
  }

  #joined(key: string, before: readonly string[]): readonly string[] {
    return before.length <= 1 ? before : [this.#add(key, before)];
  }

  #add(key: string, dependsOn: readonly string[]): string {
    const empty = { contextFiles: [], expectedOutputs: [], acceptance: [] };
    this.#tasks.push({ key, title: key, prompt: "", dependsOn, priority: 5, ...empty });
    return key;
  }
}
