import { parseScenario, startSimulator } from "../../src/simulator/index.ts";

/** A process of its own, so that serving the model takes no time from any contender's event loop. Ends with its parent. */
const simulator = await startSimulator({ scenario: parseScenario(process.argv[2] ?? "", "scenario") });
process.once("disconnect", () => void simulator.close());
process.send?.({ url: simulator.url });
