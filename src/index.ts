/** The public API. Everything exported here is a promise; everything else may change. */
export { defineConfig } from "./config/define-config.ts";
export {
  definePlugin,
  type BreakpointFacts,
  type QualityStage,
  type StageOpinion,
  type TestCounts,
  type TestResultParser,
  type TuttiPlugin,
  type WorkToJudge,
} from "./supervision/plugin/plugin.ts";
export type { Config, ConfigInput } from "./config/config.ts";
export type { Breakpoint, BreakpointContext } from "./domain/breakpoint/breakpoint.ts";
export type { PersonsAnswer } from "./orchestration/breakpoints/resolve-breakpoint.ts";
export { totalUsage, type ModelUsage, type Usage, type UsageTotal } from "./domain/budget/usage.ts";
export { errorCodes, TuttiError, type ErrorCode, type ErrorJson } from "./domain/errors.ts";
export type { EventData, EventType, StoredEvent } from "./domain/events.ts";
export { failureClasses, type FailureClass } from "./domain/failure/failure-class.ts";
export type { JobReport, Review, TaskReport } from "./domain/job-report.ts";
export { exitCodes, jobStatuses, type JobStatus } from "./domain/job-status.ts";
export { parsePlan } from "./domain/plan/parse-plan.ts";
export { planJsonSchema, type Plan, type PlanTask } from "./domain/plan/plan-schema.ts";
export { coarseStatus, taskStatuses, type CoarseStatus, type TaskStatus } from "./domain/task-status.ts";
export type { LlmAdapter, LlmAnswer, LlmFailure, LlmHealth, LlmRequest, LlmUsage } from "./llms/port.ts";
export { quickDelegate } from "./library/quick-delegate.ts";
export { Tutti } from "./library/tutti.ts";
export type {
  Form,
  JobOptions,
  Results,
  Subtask,
  SubtaskOptions,
  SynthesisOptions,
  TuttiOptions,
} from "./library/tutti-options.ts";
export type { WorkflowHandle, WorkflowRunOptions } from "./library/run-workflow.ts";
export type { TypedTaskResult } from "./library/typed-results.ts";
export type { WaitOptions } from "./library/wait-for-job.ts";
export type { JobProgress, TaskResult } from "./orchestration/insight/task-results.ts";
export {
  branch,
  branchStep,
  commandPair,
  commitStep,
  eventRouter,
  fanOut,
  fileStep,
  mapReduce,
  nothingToUndo,
  onEvents,
  refine,
  saga,
  sequentialPipeline,
  supervise,
  type BranchEnded,
  type BranchOptions,
  type BranchStep,
  type Check,
  type CommandPair,
  type CommitStep,
  type Criterion,
  type Decision,
  type Delegation,
  type EventHandler,
  type EventLoop,
  type EventLoopEnded,
  type EventRouterOptions,
  type FailedBranch,
  type FanOutEnded,
  type FanOutOptions,
  type FileStep,
  type HandledEvent,
  type ItemReport,
  type Iteration,
  type JudgedCriterion,
  type MapReduceResult,
  type MapReduceSteps,
  type PipelineCompleted,
  type PipelineOptions,
  type PipelineStopped,
  type RefineEnded,
  type RefineOptions,
  type RoutedEvent,
  type SagaOptions,
  type SagaResult,
  type SagaResults,
  type SagaStep,
  type Score,
  type SuperviseOptions,
  type SuperviseResult,
} from "./patterns/index.ts";
export type { WorkflowEvent } from "./domain/workflow/workflow-event.ts";
export { workflow, type WorkflowForm } from "./workflow/workflow.ts";
export type {
  AgentRequest,
  AnyWorkflow,
  Approval,
  ApproveOptions,
  Branch,
  BudgetStanding,
  CommandRequest,
  CommandResult,
  EffectContext,
  GroupOptions,
  Outcome,
  ReceiveOptions,
  Stage,
  WorkflowDefinition,
  WorkflowFlow,
} from "./workflow/flow.ts";
