import type { Options } from "@anthropic-ai/claude-agent-sdk";
import { test } from "vitest";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { agentOptions, makeSandbox, type Sandbox } from "./agent-session.ts";

/** A simulator with its agent's options; both gone when the test ends. */
export type Simulated = { readonly simulator: Simulator; readonly options: (more?: Options) => Options };

type Fixtures = { sandbox: Sandbox; simulate: (yaml: string) => Promise<Simulated> };

export const realAgentTest = test.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the dependencies of a fixture from its pattern
  sandbox: async ({}, use) => {
    const sandbox = await makeSandbox();
    await use(sandbox);
    await sandbox[Symbol.asyncDispose]();
  },
  simulate: async ({ sandbox }, use) => {
    const started: Simulator[] = [];
    await use(async (yaml) => {
      const simulator = await startSimulator({ scenario: parseScenario(yaml) });
      started.push(simulator);
      return { simulator, options: (more) => agentOptions(sandbox, simulator, more) };
    });
    await Promise.all(started.map((simulator) => simulator.close()));
  },
});

export const prompt = (task: string, attempt = 1): string =>
  `Tutti role: worker\nTutti task: ${task}\nTutti attempt: ${attempt}\n\nDo the task.`;

/** The model turns that were asked for, in order: which turn, and how it ended. */
export const turnsOf = (simulator: Simulator): string[] =>
  simulator.requests
    .filter(({ kind }) => kind === "turn")
    .map(({ turn, outcome, status }) => [turn, outcome, status].filter((part) => part !== undefined).join(" "));
