import type { PlanTask } from "../plan-schema.ts";

/** Which tasks of a plan come before which, through any number of dependencies. Nothing is computed before it is asked for. */
export class TaskOrder {
  readonly #tasks: readonly PlanTask[];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #before = new Map<number, ReadonlySet<number>>();

  constructor(tasks: readonly PlanTask[]) {
    this.#tasks = tasks;
    this.#indexes = new Map(tasks.map(({ key }, index) => [key, index]));
  }

  /** Whether one of them waits for the other. */
  isOrdered(one: number, other: number): boolean {
    return this.before(one).has(other) || this.before(other).has(one);
  }

  /** Indexes of all tasks that a task waits for. */
  before(index: number): ReadonlySet<number> {
    const known = this.#before.get(index);
    if (known !== undefined) return known;
    const found = new Set<number>();
    const open = [...this.#neededBy(index)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...this.#neededBy(next));
    }
    this.#before.set(index, found);
    return found;
  }

  /** The first two of these tasks that may run side by side. */
  firstUnordered(indexes: readonly number[]): readonly [number, number] | undefined {
    // Whoever waits for more comes later, so that in a chain each only has to know the one before.
    const sorted = indexes.toSorted((a, b) => this.before(a).size - this.before(b).size || a - b);
    for (const [at, later] of sorted.entries()) {
      const earlier = sorted[at - 1];
      if (earlier !== undefined && !this.before(later).has(earlier))
        return earlier < later ? [earlier, later] : [later, earlier];
    }
    return undefined;
  }

  #neededBy(index: number): readonly number[] {
    return (this.#tasks[index]?.dependsOn ?? []).flatMap((key) => this.#indexes.get(key) ?? []);
  }
}
