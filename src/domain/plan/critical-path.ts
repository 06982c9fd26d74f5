import type { GraphNode } from "./find-cycle.ts";
import { dependantsOf, topologicalLevels } from "./topological-levels.ts";

export type CriticalPath = {
  /** Keys by depth: everything in a level may run side by side. */
  readonly levels: readonly (readonly string[])[];
  /** Number of levels: the most tasks that must follow one another. */
  readonly depth: number;
  /** The chain that takes longest, first task first. Ties go to the first in the given order. */
  readonly path: readonly string[];
  /** What that chain takes: no number of workers can be faster. In the unit of `durationOf`. */
  readonly duration: number;
};

/**
 * The longest chain of dependencies by estimated duration. Linear.
 * @param durationOf - estimate for one task, not negative; only comparisons and sums are made of it
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function criticalPath<Node extends GraphNode>(
  nodes: readonly Node[],
  durationOf: (node: Node) => number,
): CriticalPath {
  const below = longestBelow(nodes, durationOf);
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const levels = topologicalLevels(nodes).map((level) => level.map(({ key }) => key));
  const dependants = dependantsOf(nodes);
  const heightOf = (key: string): number => below.get(key) ?? 0;
  const path: string[] = [];
  let candidates: readonly string[] = levels[0] ?? [];
  for (let key = highest(candidates, heightOf); key !== undefined; key = highest(candidates, heightOf)) {
    path.push(key);
    candidates = (dependants.get(key) ?? []).map((node) => node.key).filter((next) => byKey.has(next));
  }
  return { levels, depth: levels.length, path, duration: heightOf(path[0] ?? "") };
}

/**
 * For each key the length of the longest chain that begins with it, its own duration included. Linear.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function longestBelow<Node extends GraphNode>(
  nodes: readonly Node[],
  durationOf: (node: Node) => number,
): ReadonlyMap<string, number> {
  const below = new Map<string, number>();
  const dependants = dependantsOf(nodes);
  for (const node of topologicalLevels(nodes).flat().toReversed()) {
    const longest = (dependants.get(node.key) ?? []).reduce((most, { key }) => Math.max(most, below.get(key) ?? 0), 0);
    below.set(node.key, durationOf(node) + longest);
  }
  return below;
}

function highest(keys: readonly string[], heightOf: (key: string) => number): string | undefined {
  return keys.reduce<string | undefined>(
    (best, key) => (best === undefined || heightOf(key) > heightOf(best) ? key : best),
    undefined,
  );
}
