import { TuttiError } from "../../domain/errors.ts";
import type { RunId } from "../../domain/ids.ts";

export function leaseLostError(runId: RunId, token: number): TuttiError {
  return new TuttiError("LEASE_LOST", `The run ${runId} belongs to another worker now`, {
    failureClass: "killed",
    context: { runId, token },
  });
}

export function cancelledError(runId: RunId, reason: string): TuttiError {
  return new TuttiError("ENGINE_RUN_CANCELLED", `The run ${runId} was cancelled: ${reason}`, {
    context: { runId, reason },
  });
}

export function runUnknownError(runId: RunId): TuttiError {
  return new TuttiError("ENGINE_RUN_UNKNOWN", `There is no run ${runId}`, { context: { runId } });
}

export function workflowUnknownError(workflow: string): TuttiError {
  return new TuttiError("ENGINE_WORKFLOW_UNKNOWN", `No workflow is called "${workflow}"`, {
    hint: "Register the workflow before a run of it is started.",
    context: { workflow },
  });
}

export function workflowChangedError(what: string): TuttiError {
  return new TuttiError("ENGINE_WORKFLOW_CHANGED", `The workflow changed while its run was under way: ${what}`, {
    hint: "Restore the workflow as it was, or cancel the run and start a new one.",
  });
}

export function misusedError(what: string): TuttiError {
  return new TuttiError("ENGINE_FLOW_MISUSED", what, {
    hint: "Await each flow call before the next one; use flow.all for what runs at once.",
  });
}

/** What aborts a branch that lost. */
export function raceLostError(runId: RunId, winner: number): TuttiError {
  return new TuttiError("ENGINE_RACE_LOST", `Branch ${winner} of the race was faster`, {
    failureClass: "killed",
    context: { runId, winner },
  });
}

export function emptyRaceError(): TuttiError {
  return new TuttiError("INPUT_INVALID", "A race of no branches has no winner", {
    hint: "Give flow.race at least one branch.",
  });
}

export function workerStoppedError(): TuttiError {
  return new TuttiError("ABORTED", "The worker stopped", { failureClass: "killed" });
}

export function closedError(): TuttiError {
  return new TuttiError("ABORTED", "The engine was closed", { failureClass: "killed" });
}
