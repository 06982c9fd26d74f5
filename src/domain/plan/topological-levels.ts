import { TuttiError } from "../errors.ts";
import { findCycle, type GraphNode } from "./find-cycle.ts";

/**
 * Sorts tasks by depth (Kahn, "Topological sorting of large networks", 1962): level 0 depends on nothing, level n on at
 * least one task of level n-1. Keeps the given order within a level; linear; dependencies on unknown keys are ignored.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function topologicalLevels<Node extends GraphNode>(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const known = new Map(nodes.map((node) => [node.key, node]));
  const dependants = dependantsOf(nodes);
  const open = new Map(nodes.map((node) => [node.key, node.dependsOn.filter((key) => known.has(key)).length]));
  const order = new Map(nodes.map((node, index) => [node.key, index]));
  const levels: Node[][] = [];
  let level = nodes.filter((node) => open.get(node.key) === 0);
  while (level.length > 0) {
    levels.push(level);
    level = level
      .flatMap((node) => (dependants.get(node.key) ?? []).filter((dependant) => closeOne(open, dependant.key)))
      .toSorted((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
  }
  if (levels.reduce((count, { length }) => count + length, 0) < known.size) throw cycleError(nodes);
  return levels;
}

/** The tasks that name each key in their `dependsOn`, once for each mention, in the given order. */
export function dependantsOf<Node extends GraphNode>(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const dependants = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const key of node.dependsOn) {
      const list = dependants.get(key);
      if (list === undefined) dependants.set(key, [node]);
      else list.push(node);
    }
  }
  return dependants;
}

function closeOne(open: Map<string, number>, key: string): boolean {
  const left = (open.get(key) ?? 0) - 1;
  open.set(key, left);
  return left === 0;
}

function cycleError(nodes: readonly GraphNode[]): TuttiError {
  const cycle = findCycle(nodes) ?? [];
  return new TuttiError("PLAN_CYCLE", `Tasks wait for one another: ${cycle.join(" -> ")}`, {
    hint: "Remove one of these dependencies.",
    context: { cycle },
  });
}
