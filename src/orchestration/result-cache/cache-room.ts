import type { RunPreview } from "../../domain/cache/run-preview.ts";
import type { StoredResult } from "../../domain/cache/stored-result.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { previewJob } from "./preview-run.ts";
import { pruneResults, type Pruned, type PruneRequest } from "./result-cache.ts";
import type { Services } from "../services.ts";

/** What faces may ask for about cached results. */
export class CacheRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Newest first. */
  list(): Promise<readonly StoredResult[]> {
    return this.#services.state.results.list();
  }

  prune(request: PruneRequest): Promise<Pruned> {
    return pruneResults(this.#services, request);
  }

  /** What the next drive of a job would replay and what it would pay for; `undefined` while there is no plan. */
  preview(job: Job): Promise<RunPreview | undefined> {
    return previewJob(this.#services, job);
  }

  /** From now on nothing is replayed for this job. */
  turnOff(jobId: JobId): Promise<void> {
    return this.#services.state.results.turnOff(jobId);
  }
}
