/**
 * Named moments along a job's and a task's life at which a crash test ends the process. In normal work each is a no-op.
 * Every name is reached in an ordinary run: the crash matrix fails when one isn't.
 */
export const faultPoints = [
  "coordinator.started",
  "plan.before",
  "plan.session-known",
  "plan.after-agent",
  "plan.accepted",
  "drive.started",
  "dispatch.marked-ready",
  "dispatch.started",
  "worker.started",
  "task.leased",
  "attempt.begun",
  "slot.taken",
  "slot.created",
  "slot.moved",
  "execute.before-agent",
  "execute.session-known",
  "execute.tool-used",
  "execute.after-agent",
  "execute.recorded",
  "snapshot.taken",
  "gates.passed",
  "proof.recorded",
  "decide.before",
  "decide.made",
  "decide.after",
  "integrate.started",
  "resolve.session-known",
  "resolve.tool-used",
  "resolve.after-agent",
  "integrate.merged",
  "integrate.gated",
  "integrate.intended",
  "integrate.advanced",
  "integrate.cached",
  "integrate.completed",
  "review.before",
  "review.session-known",
  "review.after-agent",
  "report.saved",
] as const;

/** Moments of a rollback: an ordinary run doesn't come to them. */
export const rollbackFaultPoints = [
  "rollback.begun",
  "rollback.saved",
  "rollback.built",
  "rollback.judged",
  "rollback.moved",
  "rollback.applied",
  "rollback.cleared",
] as const;

/** Moments around a person's answer. */
export const breakpointFaultPoints = ["permission.asked", "breakpoint.answering", "breakpoint.answered"] as const;

/** Moments around a question to the supervisor's model. */
export const supervisorFaultPoints = ["supervisor.answered"] as const;

/**
 * Moments of a workflow's body: asked is a task that stands and is not waited for yet, answered one whose end is not recorded yet;
 * recording and recorded stand around each record of its journal.
 */
export const workflowFaultPoints = [
  "workflow.asked",
  "workflow.answered",
  "workflow.recording",
  "workflow.recorded",
] as const;

export type FaultPoint =
  | (typeof faultPoints)[number]
  | (typeof rollbackFaultPoints)[number]
  | (typeof breakpointFaultPoints)[number]
  | (typeof supervisorFaultPoints)[number]
  | (typeof workflowFaultPoints)[number];
