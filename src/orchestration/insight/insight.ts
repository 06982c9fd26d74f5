import { fitCalibration } from "../../domain/decide/calibration.ts";
import { defaultDecisions } from "../../domain/decide/decision-settings.ts";
import { analyzeFeedback, type FeedbackGroup, type FeedbackGrouping } from "../../domain/feedback/analyze.ts";
import type { Stars } from "../../domain/feedback/rating.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import type { Rating } from "../../state/decisions/ratings.ts";
import { lessonsFrom } from "../../supervision/feedback/lessons.ts";
import { answerHistory, type HistoryQuestion, type Said } from "./history.ts";
import type { Services } from "../services.ts";
import { numberedAttempt } from "./task-details.ts";

export type FeedbackAnswer = {
  readonly by: FeedbackGrouping;
  readonly attempts: number;
  readonly groups: readonly FeedbackGroup[];
  /** What prompts say of it. */
  readonly lessons: readonly string[];
  readonly calibration: {
    /** Outcomes of accepted work. */
    readonly known: number;
    readonly needed: number;
    readonly isCalibrated: boolean;
  };
};

type Sources = Pick<Services, "state" | "redact"> & { readonly repo: Pick<Services["repo"], "root"> };

/** Looks back: why things became what they did, what was said, what people thought of it. */
export class Insight {
  readonly #services: Sources;

  constructor(services: Sources) {
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

  /**
   * Keeps what a person thinks of a task's accepted work. Its outcome follows: it has held, or not.
   * @throws {TuttiError} `INPUT_INVALID` for a task without accepted work
   */
  rate(task: Task, { stars, note }: { readonly stars: Stars; readonly note?: string }): Promise<Rating> {
    const { state, redact } = this.#services;
    const said = note === undefined ? {} : { note: redact(note) };
    return state.ratings.rate({ jobId: task.jobId, taskId: task.id }, { stars, ...said });
  }

  /** What this project's attempts came to. */
  async feedback(by: FeedbackGrouping): Promise<FeedbackAnswer> {
    const { state, repo } = this.#services;
    const [entries, scored, [newest]] = await Promise.all([
      state.feedback.entries(),
      state.outcomes.scored(),
      state.jobs.list(repo.root),
    ]);
    const needed = (newest?.options.decisions ?? defaultDecisions).calibrateAfter;
    return {
      by,
      attempts: entries.length,
      groups: analyzeFeedback(entries, by),
      lessons: lessonsFrom(entries),
      calibration: { known: scored.length, needed, isCalibrated: fitCalibration(scored, needed) !== undefined },
    };
  }

  /** @throws {TuttiError} `INPUT_INVALID` when there is no such attempt */
  async attempt(task: Task, number: number): Promise<Attempt> {
    return numberedAttempt(task, await this.#services.state.attempts.list(task.id), number);
  }
}
