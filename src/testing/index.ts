/**
 * For whoever writes an adapter or a workflow: tests of workflows, the conformance suites of our ports, and the scripted
 * stand-ins. Only the suites need vitest, an optional peer: they register tests with it.
 */
export { fakeAgent } from "../agents/fake/fake-agent.ts";
export { fakeLlm } from "../llms/fake/fake-llm.ts";
export { startSimulator, loadScenario, parseScenario, type Scenario, type Simulator } from "../simulator/index.ts";
export { agentConformance } from "./agent-conformance.ts";
export { engineConformance } from "./engine-conformance.ts";
export { llmConformance, llmServerConformance } from "./llm-conformance.ts";
export { storeConformance } from "./store-conformance.ts";
export { restartEverywhere, type RestartOptions, type Restarts } from "./workflow/restart-everywhere.ts";
export type { WorkflowCase } from "./workflow/run-life.ts";
export type { StubAgent, StubAnswer, Stubs, StubSignal } from "./workflow/stubs.ts";
export {
  testWorkflow,
  tryWorkflow,
  type TestedWorkflow,
  type TriedWorkflow,
  type WorkflowDeeds,
  type WorkflowTest,
} from "./workflow/test-workflow.ts";
export { stubsFrom } from "./workflow/stubs-from.ts";
export type { WorkflowRecording } from "../domain/workflow/recording.ts";
export { replayHistory, type RecordedRun } from "../engine/embedded/index.ts";
export { replayable } from "../workflow/replayable.ts";
