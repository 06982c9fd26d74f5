/** What the graph algorithms need of a task. */
export type GraphNode = {
  readonly key: string;
  readonly dependsOn: readonly string[];
};

/**
 * Finds tasks that wait for one another. Depth-first without recursion, so a chain of any length is fine; linear in tasks
 * and dependencies. Dependencies on unknown keys are ignored.
 * @returns the way round, first key repeated at the end (`["a", "b", "a"]`: a depends on b, b on a), or `undefined`
 */
export function findCycle(nodes: readonly GraphNode[]): readonly string[] | undefined {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const finished = new Set<string>();
  for (const node of nodes) {
    const cycle = finished.has(node.key) ? undefined : cycleFrom(node, byKey, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

type Visit = { readonly node: GraphNode; next: number };

function cycleFrom(
  start: GraphNode,
  byKey: ReadonlyMap<string, GraphNode>,
  finished: Set<string>,
): readonly string[] | undefined {
  const way: Visit[] = [{ node: start, next: 0 }];
  const onWay = new Set([start.key]);
  for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
    const key = visit.node.dependsOn[visit.next];
    visit.next += 1;
    if (key === undefined) {
      way.pop();
      onWay.delete(visit.node.key);
      finished.add(visit.node.key);
      continue;
    }
    if (onWay.has(key)) return closedWay(way, key);
    const node = finished.has(key) ? undefined : byKey.get(key);
    if (node === undefined) continue;
    way.push({ node, next: 0 });
    onWay.add(key);
  }
  return undefined;
}

function closedWay(way: readonly Visit[], key: string): readonly string[] {
  const keys = way.map(({ node }) => node.key);
  return [...keys.slice(keys.indexOf(key)), key];
}
