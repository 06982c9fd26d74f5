import type { Job } from "../../domain/model.ts";
import { jobFigures, type JobFigures } from "./compare-jobs.ts";
import { answerCosts, type CostAnswer, type CostQuestion } from "../budget/costs.ts";
import type { Services } from "../services.ts";

/** What faces may ask for about what jobs came to, in numbers. */
export class FigureRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** What the project, or one job, has cost. */
  costs(question: CostQuestion): Promise<CostAnswer> {
    return answerCosts(this.#services.state, this.#services.repo.root, question);
  }

  /** What a job came to, to be set beside another one. */
  ofJob(job: Job): Promise<JobFigures> {
    return jobFigures(this.#services, job);
  }
}
