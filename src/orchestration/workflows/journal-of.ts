import { TuttiError } from "../../domain/errors.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { JournalEntry } from "../../engine/port.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/**
 * What a workflow's run has recorded, whole.
 * @throws {TuttiError} `INPUT_INVALID` for a run that has not begun, or whose journal was pruned
 */
export async function journalOf(
  { engine, state }: Pick<Services, "engine" | "state">,
  run: WorkflowRun,
): Promise<readonly JournalEntry[]> {
  const runId = workflowRunId(run.jobId, run.number);
  // Said before they go: a part may still be there.
  if (await state.history.wereJournalsPruned(run.jobId, run.startedAt)) throw pruned(run);
  if ((await engine.find(runId)) === undefined) throw notBegun(run);
  return engine.history(runId);
}

const notBegun = ({ jobId, name }: WorkflowRun): TuttiError =>
  new TuttiError("INPUT_INVALID", `Workflow ${name} of job ${jobId} has not begun: nothing is recorded`, {
    hint: `Go on with it: tutti resume ${jobId}`,
    context: { job: jobId },
  });

const pruned = ({ jobId, name }: WorkflowRun): TuttiError =>
  new TuttiError(
    "INPUT_INVALID",
    `The journal of workflow ${name} of job ${jobId} was removed by tutti state prune --journals: it can't be replayed`,
    { hint: `What it came to is kept: tutti job show ${jobId}`, context: { job: jobId } },
  );
