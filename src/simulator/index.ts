export { loadScenario, parseScenario } from "./load-scenario.ts";
export { countRequests } from "./recorded-request.ts";
export type { RecordedRequest, RequestCounts, RequestKind, RequestOutcome } from "./recorded-request.ts";
export { scenarioJsonSchema } from "./scenario-schema.ts";
export type { Scenario, ScenarioFault, ScenarioMatch, ScenarioRule, ScenarioTurn } from "./scenario-schema.ts";
export { startSimulator } from "./start-simulator.ts";
export type { Simulator, SimulatorOptions } from "./start-simulator.ts";
