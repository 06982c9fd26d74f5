import { openProject } from "../../src/compose.ts";
import type { StoredEvent } from "../../src/domain/events.ts";
import type { Attempt, Job, Task } from "../../src/domain/model.ts";
import type { JobReport } from "../../src/domain/job-report.ts";
import type { Slot } from "../../src/state/fleet/fleet.ts";
import type { ScratchProject } from "./scratch-project.ts";

export type JobFacts = {
  readonly job: Job;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly attempts: Readonly<Record<string, readonly Attempt[]>>;
  readonly events: readonly StoredEvent[];
  readonly report: JobReport | undefined;
  readonly slots: readonly Slot[];
};

/** What the state knows of the newest job, read the way the product reads it. */
export async function inspectJob(project: ScratchProject): Promise<JobFacts> {
  const env = { PATH: process.env["PATH"], HOME: project.home, XDG_STATE_HOME: project.stateHome };
  const opened = await openProject({ cwd: project.root, env });
  try {
    const { application, services } = opened;
    const job = await application.job();
    const tasks = await application.tasks(job.id);
    const attempts = await Promise.all(
      tasks.map(async (task) => [task.key, await application.attempts(task)] as const),
    );
    return {
      job,
      tasks: Object.fromEntries(tasks.map((task) => [task.key, task])),
      attempts: Object.fromEntries(attempts),
      events: await application.events({ jobId: job.id, after: 0, limit: 10_000 }),
      report: await application.report(job.id),
      slots: await services.state.fleet.slots(job.id),
    };
  } finally {
    await opened.close();
  }
}

export const statusesOf = ({ tasks }: JobFacts): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tasks).map(([key, task]) => [key, task.status]));
