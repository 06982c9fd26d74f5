import { TuttiError } from "../../domain/errors.ts";
import type { Job } from "../../domain/model.ts";

/**
 * @param jobs - newest first
 * @param id - its id or the beginning of it; without one the newest is meant
 * @throws {TuttiError} `JOB_UNKNOWN`
 */
export function findJob(jobs: readonly Job[], id: string | undefined): Job {
  const matches = id === undefined ? jobs.slice(0, 1) : jobs.filter((job) => job.id.startsWith(id));
  const exact = jobs.find((job) => job.id === id);
  const found = exact ?? (matches.length === 1 ? matches[0] : undefined);
  if (found !== undefined) return found;
  const what =
    id === undefined
      ? "There is no job in this project yet"
      : `${matches.length === 0 ? "No job" : "More than one job"} begins with "${id}"`;
  throw new TuttiError("JOB_UNKNOWN", what, {
    hint: id === undefined ? 'Start one: tutti run "<goal>"' : "List them: tutti job list",
  });
}
