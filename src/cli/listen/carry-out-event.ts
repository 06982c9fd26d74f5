import { jobSettings, openProject, workerSpawner } from "../../compose.ts";
import { resumeRules } from "../../config/resume-rules.ts";
import type { ReceivedEvent } from "../../domain/workflow/received-event.ts";
import { coordinate } from "../../orchestration/coordinator/coordinator.ts";
import { jobOfEvent, settleEvent } from "../../orchestration/workflow-events/event-jobs.ts";
import type { Cli } from "../cli.ts";

export type CarryOut = {
  /** The workflow that is given the event. */
  readonly ref: string;
  readonly stop: AbortSignal;
  readonly stopNow: AbortSignal;
  readonly onStarted: (jobId: string) => void;
};

/**
 * Carries an event out, as far as that is possible without a person: one job, whatever happened before. An engine drives one job, and
 * a job begins at the commit that is checked out: so each event has a project of its own.
 */
export async function carryOutEvent(cli: Cli, received: ReceivedEvent, request: CarryOut): Promise<void> {
  const { ref, stop, stopNow } = request;
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  const { services, own, repo, loaded } = project;
  try {
    const job = await jobOfEvent(services, received, { ref, settings: await jobSettings(project) });
    if (job === undefined) return;
    request.onStarted(job.id);
    if ((await settleEvent(services, received)) !== undefined) return;
    await coordinate({
      services,
      jobId: job.id,
      own,
      spawn: workerSpawner(repo.root, cli.env),
      isApproved: true,
      liftsPause: false,
      resumesAtReset: resumeRules(loaded.config, false),
      returnsWhenProposed: true,
      stop,
      stopNow,
    });
    await settleEvent(services, received);
  } finally {
    await project.close();
  }
}
