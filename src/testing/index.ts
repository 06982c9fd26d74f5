/**
 * For whoever writes an adapter or a workflow: the conformance suites of our ports, and the scripted stand-ins. The suites
 * register tests with vitest, an optional peer.
 */
export { fakeAgent } from "../agents/fake/fake-agent.ts";
export { fakeLlm } from "../llms/fake/fake-llm.ts";
export { startSimulator, loadScenario, parseScenario, type Scenario, type Simulator } from "../simulator/index.ts";
export { agentConformance } from "./agent-conformance.ts";
export { engineConformance } from "./engine-conformance.ts";
export { llmConformance, llmServerConformance } from "./llm-conformance.ts";
export { storeConformance } from "./store-conformance.ts";
