import type { TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { isSettled } from "../../domain/task-status.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { Services } from "../services.ts";
import { cancelTasks } from "../jobs/stop-job.ts";

/**
 * Ends what an earlier body had begun and this one does not ask for: its agent would be paid, and its changes merged, for nobody.
 * What is being merged is let through.
 * @param asked - what this body has asked for
 */
export async function letGoOfOldTasks(
  services: Pick<Services, "state" | "engine">,
  run: Pick<WorkflowRun, "jobId" | "startedAt">,
  asked: ReadonlySet<TaskId>,
): Promise<readonly TaskId[]> {
  const old = (await services.state.tasks.list(run.jobId)).filter((task) => isOld(task, run) && !asked.has(task.id));
  return cancelTasks(services, old, "the workflow was begun anew, and does not ask for it");
}

/** What a person has added is the person's. */
const isOld = ({ status, startedAt, spec }: Task, run: Pick<WorkflowRun, "startedAt">): boolean =>
  !isSettled(status) && startedAt !== undefined && startedAt < run.startedAt && spec.metadata?.["path"] !== undefined;
