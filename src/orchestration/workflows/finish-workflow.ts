import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import { isSettled } from "../../domain/task-status.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/**
 * Writes what a workflow's job came to: its body decides, whatever became of single tasks.
 * @returns `running` when there is more to do
 */
export async function finishWorkflow(
  { state, engine, redact, redactJson }: Services,
  jobId: JobId,
): Promise<JobStatus> {
  const run = await state.workflowRuns.current(jobId);
  if (run === undefined) return state.jobs.finish(jobId);
  if (run.status === "running") {
    const found = await engine.find(workflowRunId(jobId, run.number));
    if (found?.status === "completed") {
      const output = redactJson(found.output ?? null);
      await state.workflowRuns.end(jobId, run.number, { status: "completed", output });
    } else if (found?.status === "failed" || found?.status === "cancelled") {
      const error =
        found.error ?? errorToJson(new TuttiError("ENGINE_RUN_FAILED", "The workflow ended without a result"));
      const told = { ...error, message: redact(error.message) };
      await state.workflowRuns.end(jobId, run.number, { status: "failed", error: told });
    } else {
      return "running";
    }
  }
  return settle({ state }, jobId);
}

async function settle({ state }: Pick<Services, "state">, jobId: JobId): Promise<JobStatus> {
  const run = await state.workflowRuns.current(jobId);
  const tasks = await state.tasks.list(jobId);
  if (tasks.some(({ status }) => !isSettled(status))) return "running";
  const to = run?.status === "completed" ? "completed" : "failed";
  await state.jobs.setStatus(jobId, to, run?.error?.message ?? "");
  return (await state.jobs.get(jobId)).status;
}
