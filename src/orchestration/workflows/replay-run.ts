import { isDeepStrictEqual } from "node:util";
import type { ReplayReport } from "../../domain/workflow/replay-report.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import { replayHistory } from "../../engine/embedded/index.ts";
import { replayable } from "../../workflow/replayable.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";
import { journalOf } from "./journal-of.ts";
import { loadWorkflow } from "./take-up-workflow.ts";

export type ReplayedRun = {
  readonly run: WorkflowRun;
  /** Whether the run could go on, or has ended, with the code as it is now. */
  readonly isSame: boolean;
  /** Whether it is the very code that the run has. */
  readonly isSameCode: boolean;
  readonly report: ReplayReport;
};

/**
 * Goes through the journal of a workflow's run with the code as it is now. Nothing is done and nothing is stored.
 * @param ref - the code. Default: what the run was started with
 * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `INPUT_INVALID` for a run that has not begun, or whose journal was pruned
 */
export async function replayRun(services: Services, run: WorkflowRun, ref: string): Promise<ReplayedRun> {
  const { definition, version } = await loadWorkflow(services, ref);
  const runId = workflowRunId(run.jobId, run.number);
  const entries = await journalOf(services, run);
  const found = await replayHistory(replayable(definition), { runId, input: run.input, entries });
  const report = redacted(services, found);
  return { run, report, isSame: isSameAs(run, report), isSameCode: version === run.version };
}

/** An end that a run came to by itself has to be the same; one that it had not come to must not be a failure. */
function isSameAs({ status, output }: WorkflowRun, { divergences, end }: ReplayReport): boolean {
  if (divergences.length > 0) return false;
  if (status === "completed") return end?.status === "completed" && isDeepStrictEqual(end.output, output);
  return status === "failed" || end?.status !== "failed";
}

function redacted({ redact, redactJson }: Services, report: ReplayReport): ReplayReport {
  const { end } = report;
  if (end === undefined) return report;
  if (end.status === "completed") return { ...report, end: { ...end, output: redactJson(end.output) } };
  return { ...report, end: { ...end, error: { ...end.error, message: redact(end.error.message) } } };
}
