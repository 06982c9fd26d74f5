import type { Attempt, Task } from "../domain/model.ts";
import type { StoredDecision } from "../domain/decide/stored-decision.ts";
import { answerHistory, type HistoryQuestion, type Said } from "./history.ts";
import type { Services } from "./services.ts";
import { numberedAttempt } from "./task-details.ts";

/** Looks back: why things became what they did, what was said, what people thought of it. */
export class Insight {
  readonly #services: Pick<Services, "state">;

  constructor(services: Pick<Services, "state">) {
    this.#services = services;
  }

  /** Every decision on a task's attempts, the oldest first. */
  decisions(task: Pick<Task, "id">): Promise<readonly StoredDecision[]> {
    return this.#services.state.decisions.ofTask(task.id);
  }

  /** Everything that was said about a job's work, in order. */
  history(question: HistoryQuestion): Promise<readonly Said[]> {
    return answerHistory(this.#services.state, question);
  }

  /** @throws {TuttiError} `INPUT_INVALID` when there is no such attempt */
  async attempt(task: Task, number: number): Promise<Attempt> {
    return numberedAttempt(task, await this.#services.state.attempts.list(task.id), number);
  }
}
