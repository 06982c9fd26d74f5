import { priorityQueue } from "../schedule/priority-queue.ts";
import { longestBelow } from "./critical-path.ts";
import type { GraphNode } from "./find-cycle.ts";
import { dependantsOf } from "./topological-levels.ts";

/** A task to simulate. `duration` in any unit, not negative; `priority` larger first. */
export type TimedNode = GraphNode & { readonly duration: number; readonly priority: number };

/**
 * How long `workers` take for a task graph when each free worker takes the most urgent ready task (list scheduling:
 * Graham, "Bounds on multiprocessing timing anomalies", 1969: at most `work / workers + critical path`). O(n log n).
 * @param workers - at least 1
 * @returns in the unit of `duration`
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function makespan(nodes: readonly TimedNode[], workers: number): number {
  const dependants = dependantsOf(nodes);
  const ready = readyQueue(nodes);
  const running = priorityQueue<{ readonly node: TimedNode; readonly endsAt: number }>((a, b) => a.endsAt - b.endsAt);
  const open = openDependencies(nodes);
  for (const node of nodes) if (open.get(node.key) === 0) ready.push(node);
  let now = 0;
  for (;;) {
    while (running.size < workers && ready.size > 0) start(ready.pop());
    const ended = running.pop();
    if (ended === undefined) return now;
    now = ended.endsAt;
    for (const dependant of dependants.get(ended.node.key) ?? []) release(dependant);
  }

  function start(node: TimedNode | undefined): void {
    if (node !== undefined) running.push({ node, endsAt: now + node.duration });
  }

  function release(node: TimedNode): void {
    const left = (open.get(node.key) ?? 0) - 1;
    open.set(node.key, left);
    if (left === 0) ready.push(node);
  }
}

function openDependencies(nodes: readonly TimedNode[]): Map<string, number> {
  const known = new Set(nodes.map(({ key }) => key));
  return new Map(nodes.map(({ key, dependsOn }) => [key, dependsOn.filter((other) => known.has(other)).length]));
}

function readyQueue(nodes: readonly TimedNode[]) {
  const below = longestBelow(nodes, ({ duration }) => duration);
  const order = new Map(nodes.map(({ key }, index) => [key, index]));
  const height = ({ key }: TimedNode): number => below.get(key) ?? 0;
  const age = ({ key }: TimedNode): number => order.get(key) ?? 0;
  return priorityQueue<TimedNode>((a, b) => b.priority - a.priority || height(b) - height(a) || age(a) - age(b));
}
