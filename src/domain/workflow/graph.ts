import type { NodeNote, NodeStatus } from "./node-note.ts";

/** `at` in milliseconds since the Unix epoch. */
export type TimedNote = NodeNote & { readonly at?: number };

export type WorkflowNode = Omit<NodeNote, "branchScope" | "branchNames"> & {
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Of what has branches; empty otherwise. */
  readonly branches: readonly WorkflowBranch[];
};

export type WorkflowBranch = {
  readonly index: number;
  readonly name?: string;
  /** One after the other. */
  readonly nodes: readonly WorkflowNode[];
};

export type WorkflowGraph = { readonly status: NodeStatus; readonly nodes: readonly WorkflowNode[] };

export type WorkflowEnding = "completed" | "failed" | "cancelled";

const rootScope = "main";

/**
 * The calls of a run as a tree. What notes leave open follows from the rest: what stands before a later call of its branch has come
 * to its end. Notes may come twice, and those of different nodes in any order.
 * @param ending - how the run ended, when it has
 */
export function workflowGraph(notes: Iterable<TimedNote>, ending?: WorkflowEnding): WorkflowGraph {
  const known = foldNotes(notes);
  const scopes = Map.groupBy([...known.values()].toSorted(byPosition), ({ node }) => scopeOf(node));
  const forks = new Set([...known.values()].flatMap(({ branchScope }) => branchScope ?? []));
  const strays = [...scopes].filter(([scope]) => scope !== rootScope && !forks.has(forkOf(scope)));
  const roots = [...(scopes.get(rootScope) ?? []), ...strays.flatMap(([, nodes]) => nodes)];
  const nodes = sequence(roots, { scopes, ending, isOver: ending !== undefined });
  return { status: ending ?? standingOf(nodes) ?? "running", nodes };
}

/** Every node of a graph, parents first. */
export function* nodesOf({ nodes }: { readonly nodes: readonly WorkflowNode[] }): Generator<WorkflowNode> {
  for (const node of nodes) {
    yield node;
    for (const branch of node.branches) yield* nodesOf(branch);
  }
}

type Known = TimedNote & Pick<WorkflowNode, "startedAt" | "endedAt">;

function foldNotes(notes: Iterable<TimedNote>): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const note of notes) known.set(note.node, merged(known.get(note.node), note));
  return known;
}

function merged(before: Known | undefined, note: TimedNote): Known {
  const { error: _error, endedAt: _endedAt, ...kept }: Known = before ?? note;
  const startedAt = before?.startedAt ?? note.at;
  const hasEnded = note.status !== "running" && note.status !== "waiting";
  return {
    ...kept,
    ...note,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(hasEnded && note.at !== undefined ? { endedAt: note.at } : {}),
  };
}

type Context = {
  readonly scopes: ReadonlyMap<string, readonly Known[]>;
  readonly ending: WorkflowEnding | undefined;
  /** Nothing more comes in this branch. */
  readonly isOver: boolean;
};

function sequence(nodes: readonly Known[], context: Context): readonly WorkflowNode[] {
  return nodes.map((node, index) => {
    const isLast = index === nodes.length - 1;
    return nodeOf(node, isLast ? context : { ...context, ending: undefined, isOver: true });
  });
}

function nodeOf({ branchScope, branchNames, at: _at, ...note }: Known, context: Context): WorkflowNode {
  if (branchScope === undefined) return { ...note, status: leafStatus(note.status, context), branches: [] };
  const branches = branchesOf(branchScope, branchNames ?? [], context);
  return { ...note, status: groupStatus(note.status, branches, context), branches };
}

function branchesOf(fork: string, names: readonly string[], context: Context): readonly WorkflowBranch[] {
  const seen = [...context.scopes.keys()].filter((scope) => scope !== rootScope && forkOf(scope) === fork);
  const indexes = new Set([...names.keys(), ...seen.map(lastNumber)]);
  return [...indexes]
    .toSorted((a, b) => a - b)
    .map((index) => {
      const name = names[index];
      const nodes = sequence(context.scopes.get(`${fork}.${index}`) ?? [], context);
      return { index, ...(name === undefined ? {} : { name }), nodes };
    });
}

/** What was under way when its run failed or was cancelled has not come to an end of its own. */
function leafStatus(status: NodeStatus, { isOver, ending }: Context): NodeStatus {
  if (!isOver || (status !== "running" && status !== "waiting")) return status;
  return ending === undefined || ending === "completed" ? "completed" : "cancelled";
}

function groupStatus(own: NodeStatus, branches: readonly WorkflowBranch[], { isOver, ending }: Context): NodeStatus {
  if (own === "cancelled") return own;
  const standing = standingOf(branches.flatMap(({ nodes }) => nodes));
  if (!isOver) return standing ?? own;
  const ends = branches.flatMap(({ nodes }) => nodes.at(-1)?.status ?? []);
  const hasEndedWith = (status: NodeStatus): boolean => ends.includes(status);
  if (ending === "failed" && hasEndedWith("failed")) return "failed";
  if (ending === "cancelled" && hasEndedWith("cancelled")) return "cancelled";
  return ends.length > 0 && ends.every((status) => status === "failed") ? "failed" : "completed";
}

function standingOf(nodes: readonly WorkflowNode[]): "running" | "waiting" | undefined {
  const statuses = nodes.map(({ status }) => status);
  if (statuses.includes("running")) return "running";
  return statuses.includes("waiting") ? "waiting" : undefined;
}

/** `main.3.0@2` stands in the scope `main.3.0`, branch 0 of the fork `main.3`. */
const scopeOf = (node: string): string => node.slice(0, node.lastIndexOf("@"));
const positionOf = (node: string): number => Number(node.slice(node.lastIndexOf("@") + 1));
const forkOf = (scope: string): string => scope.slice(0, scope.lastIndexOf("."));
const lastNumber = (scope: string): number => Number(scope.slice(scope.lastIndexOf(".") + 1));
const byPosition = (a: Known, b: Known): number => positionOf(a.node) - positionOf(b.node);
