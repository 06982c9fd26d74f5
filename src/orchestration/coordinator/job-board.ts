import type { TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { Schedule } from "../../domain/schedule/schedule.ts";
import { asJobSays } from "../../domain/schedule/task-facts.ts";
import type { StateManager } from "../../state/state-manager.ts";
import type { FeedPage, ScheduledTask } from "../../state/tasks/task-feed.ts";

/** The tasks of a job as their driver sees them: follows the event log, so that a look costs what has changed. */
export class JobBoard {
  readonly schedule: Schedule;
  readonly #state: StateManager;
  readonly #job: Pick<Job, "id" | "options">;
  readonly #tasks = new Map<TaskId, ScheduledTask>();
  #cursor: number;

  private constructor(state: StateManager, job: Pick<Job, "id" | "options">, { tasks, cursor }: FeedPage) {
    this.#state = state;
    this.#job = job;
    this.#cursor = cursor;
    this.schedule = new Schedule(this.#taken(tasks));
  }

  static async open(state: StateManager, job: Pick<Job, "id" | "options">): Promise<JobBoard> {
    return new JobBoard(state, job, await state.taskFeed.open(job.id));
  }

  /** Takes in what has changed since the last look. */
  async refresh(): Promise<void> {
    const { tasks, cursor } = await this.#state.taskFeed.since(this.#job.id, this.#cursor);
    this.schedule.update(this.#taken(tasks));
    this.#cursor = cursor;
  }

  /** Those of them that are known. */
  tasks(ids: readonly TaskId[]): readonly ScheduledTask[] {
    return ids.flatMap((id) => this.#tasks.get(id) ?? []);
  }

  #taken(tasks: readonly ScheduledTask[]): readonly ScheduledTask[] {
    const taken = tasks.map((task) => asJobSays(task, this.#job.options));
    for (const task of taken) this.#tasks.set(task.id, task);
    return taken;
  }
}
