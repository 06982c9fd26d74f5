import type { TaskId } from "../ids.ts";
import { dependantsOf } from "../plan/topological-levels.ts";
import { isSettled, type TaskStatus } from "../task-status.ts";
import { blockedTasks, type BlockedTask } from "./blocked-tasks.ts";
import { byUrgency, chainsOf, isWriting, withoutClashes, type ReadyTasks } from "./ready-tasks.ts";
import { KnownOverlaps } from "./paths-overlap.ts";
import { graphNodesOf, type TaskFacts } from "./task-facts.ts";

/**
 * The tasks of a job as they change: what `readyTasks` and `blockedTasks` say of all of them, without looking at all of them
 * each time. A task that goes its way costs O(log n) and a shift in a sorted list; one that is new, comes back, or ends and
 * takes others along costs O(n log n).
 */
export class Schedule {
  readonly #tasks = new Map<TaskId, TaskFacts>();
  readonly #withStatus = new Map<TaskStatus, Set<TaskId>>();
  readonly #writing = new Set<TaskId>();
  readonly #unmet = new Map<TaskId, number>();
  readonly #overlaps = new KnownOverlaps();
  #dependants: ReadonlyMap<string, readonly { readonly key: TaskId }[]> = new Map();
  #compare: (a: TaskFacts, b: TaskFacts) => number = () => 0;
  /** `pending`, and nothing above it is missing: most urgent first. */
  #startable: TaskId[] = [];
  #blocked: readonly BlockedTask[] = [];

  /** @throws {TuttiError} `PLAN_CYCLE` */
  constructor(tasks: readonly TaskFacts[]) {
    this.update(tasks);
  }

  /** Takes in tasks that are new or have changed. */
  update(changed: readonly TaskFacts[]): void {
    let isRebuildDue = false;
    for (const task of changed) isRebuildDue = this.#note(task) || isRebuildDue;
    if (isRebuildDue) this.#rebuild();
  }

  get size(): number {
    return this.#tasks.size;
  }

  withStatus(...statuses: readonly TaskStatus[]): readonly TaskId[] {
    return statuses.flatMap((status) => [...(this.#withStatus.get(status) ?? [])]);
  }

  count(...statuses: readonly TaskStatus[]): number {
    return statuses.reduce((sum, status) => sum + (this.#withStatus.get(status)?.size ?? 0), 0);
  }

  /** Whether a `pending` task has all that it depends on, held back or not. */
  get hasStartable(): boolean {
    return this.#startable.length > 0;
  }

  /** The `pending` tasks that may be dispatched now, most urgent first, at most `room`; and those that were passed over. */
  next(room: number): ReadyTasks {
    return withoutClashes(this.#facts(this.#startable), this.#facts(this.#writing), {
      room,
      overlaps: this.#overlaps,
    });
  }

  /** As `blockedTasks`. */
  get blocked(): readonly BlockedTask[] {
    return this.#blocked.filter(({ id }) => {
      const status = this.#tasks.get(id)?.status;
      return status === "pending" || status === "ready";
    });
  }

  *#facts(ids: Iterable<TaskId>): Generator<TaskFacts> {
    for (const id of ids) {
      const task = this.#tasks.get(id);
      if (task !== undefined) yield task;
    }
  }

  /** @returns whether more than this task is concerned */
  #note(task: TaskFacts): boolean {
    const before = this.#tasks.get(task.id);
    if (before?.status === "pending") this.#dropStartable(before);
    this.#tasks.set(task.id, task);
    if (before !== undefined) this.#withStatus.get(before.status)?.delete(task.id);
    this.#setOf(task.status).add(task.id);
    if (isWriting(task)) this.#writing.add(task.id);
    else this.#writing.delete(task.id);
    if (before === undefined || this.#takesOthersAlong(before, task)) return true;
    if (before.status !== "completed" && task.status === "completed") this.#release(task.id);
    if (task.status === "pending" && this.#unmet.get(task.id) === 0) this.#addStartable(task);
    return false;
  }

  #takesOthersAlong(before: TaskFacts, { id, status, dependsOn }: TaskFacts): boolean {
    if (before.dependsOn.join() !== dependsOn.join()) return true;
    if (before.status === status) return false;
    if (isSettled(before.status) || status === "cancelled") return true;
    return (status === "failed" || status === "blocked") && this.#dependants.has(id);
  }

  #release(id: TaskId): void {
    for (const { key } of this.#dependants.get(id) ?? []) {
      const unmet = (this.#unmet.get(key) ?? 0) - 1;
      this.#unmet.set(key, unmet);
      const task = this.#tasks.get(key);
      if (unmet === 0 && task?.status === "pending") this.#addStartable(task);
    }
  }

  #addStartable(task: TaskFacts): void {
    this.#startable.splice(this.#placeOf(task), 0, task.id);
  }

  #dropStartable(task: TaskFacts): void {
    const place = this.#placeOf(task);
    if (this.#startable[place] === task.id) this.#startable.splice(place, 1);
  }

  /** Index of the first startable task that does not come before it. */
  #placeOf(task: TaskFacts): number {
    let [low, high] = [0, this.#startable.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const [other] = this.#facts(this.#startable.slice(middle, middle + 1));
      if (other !== undefined && this.#compare(other, task) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rebuild(): void {
    const tasks = [...this.#tasks.values()];
    this.#dependants = new Map([...dependantsOf(graphNodesOf(tasks))].map(([key, nodes]) => [key, nodes]));
    const urgency = byUrgency(chainsOf(tasks));
    const place = new Map(tasks.map(({ id }, index) => [id, index]));
    this.#compare = (a, b) => urgency(a, b) || (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0);
    const isCompleted = (id: TaskId): boolean => this.#tasks.get(id)?.status === "completed";
    for (const { id, dependsOn } of tasks) this.#unmet.set(id, dependsOn.filter((above) => !isCompleted(above)).length);
    const startable = tasks.filter(({ id, status }) => status === "pending" && this.#unmet.get(id) === 0);
    this.#startable = startable.toSorted(this.#compare).map(({ id }) => id);
    this.#blocked = blockedTasks(tasks);
  }

  #setOf(status: TaskStatus): Set<TaskId> {
    const known = this.#withStatus.get(status) ?? new Set<TaskId>();
    this.#withStatus.set(status, known);
    return known;
  }
}
