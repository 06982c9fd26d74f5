import { setTimeout as delay } from "node:timers/promises";

import { parseScenario, startSimulator, type Simulator } from "../../../src/simulator/index.ts";

/** The model server behind real agents, with its bad days. One thing at a time: what comes meanwhile waits. */
export class ModelWeather {
  readonly url: string;
  readonly #scenario: string;
  readonly #port: number;
  #simulator: Simulator;
  #turns: Promise<void> = Promise.resolve();

  private constructor(scenario: string, simulator: Simulator) {
    this.#scenario = scenario;
    this.#simulator = simulator;
    this.url = simulator.url;
    this.#port = simulator.port;
  }

  /** @param scenario - JSON */
  static async start(scenario: string): Promise<ModelWeather> {
    return new ModelWeather(scenario, await startSimulator({ scenario: parseScenario(scenario, "chaos.json") }));
  }

  /** Everything is answered with this status. */
  storm(status: number, forMs: number): Promise<void> {
    const fault = { status, times: "always" };
    const storm = JSON.stringify({ rules: [{ turns: [{ says: "Never said.", fault }] }] });
    return this.#inTurn(async () => {
      await this.#replaceBy(storm);
      await delay(forMs);
      await this.#replaceBy(this.#scenario);
    });
  }

  restart(awayMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#simulator.close();
      await delay(awayMs);
      await this.#open(this.#scenario);
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#simulator.close());
  }

  async #replaceBy(scenario: string): Promise<void> {
    await this.#simulator.close();
    await this.#open(scenario);
  }

  async #open(scenario: string): Promise<void> {
    this.#simulator = await startSimulator({ scenario: parseScenario(scenario, "chaos.json"), port: this.#port });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(act);
    return this.#turns;
  }
}
