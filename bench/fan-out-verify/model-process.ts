import { parseScenario, startSimulator } from "../../src/simulator/index.ts";

/** The scripted model in a process of its own. Tells its parent each agent that it has answered. Ends with its parent. */
const simulator = await startSimulator({
  scenario: parseScenario(process.argv[2] ?? "", "scenario"),
  onRequest: ({ kind, rule, turn, outcome, startedAt, endedAt }) => {
    if (kind === "turn" && outcome === "answered") process.send?.({ rule, turn, startedAt, endedAt });
  },
});
process.once("disconnect", () => void simulator.close());
process.send?.({ url: simulator.url });
