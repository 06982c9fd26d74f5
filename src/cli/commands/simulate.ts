import { resolve } from "node:path";

import { loadScenario, startSimulator } from "../../simulator/index.ts";
import type { Cli } from "../cli.ts";
import { stopSignals } from "../drive/stop-signals.ts";

export type SimulateOptions = { readonly port?: number };

/** `tutti simulate`: serves a scenario until it is stopped. */
export async function simulateCommand(cli: Cli, path: string, options: SimulateOptions): Promise<number> {
  const { output } = cli;
  const scenario = await loadScenario(resolve(cli.cwd, path));
  const simulator = await startSimulator({
    scenario,
    port: options.port ?? 0,
    log: (line) => output.stderr(`${line}\n`),
  });
  if (output.isJson) output.stdout(`${JSON.stringify({ url: simulator.url, port: simulator.port })}\n`);
  else output.stdout(startedText(simulator.url, path));
  const { stop, dispose } = stopSignals(cli, undefined, "");
  await new Promise<void>((done) => stop.addEventListener("abort", () => done(), { once: true }));
  dispose();
  await simulator.close();
  return simulator.unmatched.length === 0 ? 0 : 1;
}

const startedText = (url: string, path: string): string =>
  `Serving ${path} at ${url}. In another terminal:\n` +
  `  ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=scripted tutti run "<goal>"\n` +
  "Ctrl-C ends it; the exit code is 1 when a request matched no rule.\n";
