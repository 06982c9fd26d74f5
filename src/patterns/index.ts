import type { AnyWorkflow } from "../workflow/flow.ts";
import { complexWorkflow } from "./complex/complex-workflow.ts";
import { branchWorkflow } from "./conditional-branching/branch-workflow.ts";
import { readyEventDriven } from "./event-driven/ready-event-driven.ts";
import { fanOutWorkflow } from "./fan-out/fan-out-workflow.ts";
import { refineWorkflow } from "./iterative-refinement/refine-workflow.ts";
import { readyMapReduce } from "./map-reduce/ready-map-reduce.ts";
import { readySaga } from "./saga/ready-saga.ts";
import { pipelineWorkflow } from "./sequential-pipeline/pipeline-workflow.ts";
import { readySupervisor } from "./supervisor/ready-supervisor.ts";

export { branch } from "./conditional-branching/branch.ts";
export type {
  BranchEnded,
  BranchOptions,
  BranchOptionsWithOtherwise,
  DecidingAgent,
  DecidingFunction,
  Decision,
} from "./conditional-branching/branch-options.ts";
export { eventRouter, type EventRouterOptions, type RoutedEvent } from "./event-driven/event-router.ts";
export type { EventGiven, EventHandler, EventRouting, HandledEvent } from "./event-driven/handle-event.ts";
export { onEvents, type EventLoop, type EventLoopEnded, type FailedEvent } from "./event-driven/on-events.ts";
export { fanOut } from "./fan-out/fan-out.ts";
export type {
  Check,
  FailedBranch,
  FanOutBranch,
  FanOutEnded,
  FanOutOptions,
  Verification,
} from "./fan-out/fan-out-options.ts";
export type { Iteration, Plateau, RefineStatus, Score } from "./iterative-refinement/progress.ts";
export { refine } from "./iterative-refinement/refine.ts";
export type { Evaluate, RefineEnded, RefineOptions } from "./iterative-refinement/refine-options.ts";
export { mapReduce, type ItemReport, type MapReduceResult } from "./map-reduce/map-reduce.ts";
export type {
  FailedItem,
  ItemSource,
  MapGiven,
  MapReduceSteps,
  ReduceGiven,
  SplittingAgent,
} from "./map-reduce/options.ts";
export { branchStep, type BranchStep, type MadeBranch } from "./saga/branch-step.ts";
export { commandPair, type CommandLine, type CommandPair } from "./saga/command-pair.ts";
export { commitStep, type CommitStep, type MergedChange } from "./saga/commit-step.ts";
export { fileStep, type FileStep, type WrittenFile } from "./saga/file-step.ts";
export {
  nothingToUndo,
  type IrreversibleGate,
  type LeftStep,
  type SagaOptions,
  type SagaResult,
  type SagaResults,
  type SagaStep,
} from "./saga/saga-options.ts";
export { saga } from "./saga/saga.ts";
export {
  sequentialPipeline,
  type PipelineCompleted,
  type PipelineOptions,
  type PipelineStage,
  type PipelineStopped,
} from "./sequential-pipeline/sequential-pipeline.ts";
export { supervise } from "./supervisor/supervise.ts";
export type {
  CommandCriterion,
  Criterion,
  Delegation,
  JudgedCriterion,
  SuperviseForm,
  SuperviseOptions,
  SuperviseResult,
} from "./supervisor/supervise-options.ts";

/** Ready workflows: `tutti workflow run <name>`. In the order of the catalogue. */
export const builtInWorkflows: readonly AnyWorkflow[] = [
  pipelineWorkflow,
  fanOutWorkflow,
  branchWorkflow,
  refineWorkflow,
  readySupervisor,
  readyEventDriven,
  readyMapReduce,
  readySaga,
  complexWorkflow,
];
