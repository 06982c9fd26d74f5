import { exitCodes } from "../../domain/job-status.ts";
import { loadScenario, startSimulator } from "../../simulator/index.ts";
import type { Cli } from "../cli.ts";
import { demoEnvironment, scriptedModel } from "../demo/demo-environment.ts";
import { demoScenario, makeDemoFolder, type DemoFolder } from "../demo/demo-folder.ts";
import { DemoShell } from "../demo/demo-shell.ts";
import {
  beforeText,
  introText,
  lookAroundText,
  outcomeJson,
  outcomeText,
  removedText,
  type DemoOutcome,
} from "../demo/demo-text.ts";
import { lookAtCheckout, proveDemo } from "../demo/prove-demo.ts";
import { runCommand } from "./run.ts";

export type DemoOptions = { readonly keep?: boolean };

const goal = "Report spendings by month: write what the tests in test/ ask for";
const workers = 3;

/**
 * `tutti demo`: a whole job with the real Claude Code and a scripted model, in a throw-away project.
 * @returns 0 only when the job completed and the tests pass in a fresh clone of its branch
 */
export async function demoCommand(cli: Cli, options: DemoOptions): Promise<number> {
  const interrupt = interruptSignal();
  const folder = await makeDemoFolder();
  const isKept = options.keep === true;
  try {
    return await playDemo(cli, { folder, isKept, stop: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    if (!isKept) await folder.remove();
    interrupt.dispose();
  }
}

type Stage = { readonly folder: DemoFolder; readonly isKept: boolean; readonly stop: AbortSignal };

async function playDemo(cli: Cli, { folder, isKept, stop }: Stage): Promise<number> {
  const { output } = cli;
  const say = (text: string): void => (output.isJson ? undefined : output.stdout(text));
  const env = demoEnvironment(cli.env, folder);
  const shell = new DemoShell(env, stop);

  say(introText(output.style, workers));
  await shell.startRepository(folder.project);
  const before = await shell.runTests(folder.project);
  const checkout = await lookAtCheckout(shell, folder);
  say(beforeText(folder, before));

  const simulator = await startSimulator({ scenario: await loadScenario(demoScenario) });
  try {
    const scripted = { ...env, ...scriptedModel(simulator.url) };
    const demoCli: Cli = { ...cli, cwd: folder.project, env: scripted, isDemo: true };
    const exitCode = await runCommand(demoCli, goal, { yes: true, workers, stop });
    noteUnscripted(cli, simulator.unmatched.length);
    if (exitCode !== exitCodes.done) {
      if (!isKept) output.stderr("The project is removed. To keep it and its logs: tutti demo --keep\n");
      return exitCode;
    }
    const proof = await proveDemo(shell, folder, checkout);
    const outcome = { folder, before, proof, requests: simulator.requests };
    showOutcome(cli, outcome, isKept);
    return proof.tests.isGreen && proof.isCheckoutUntouched ? exitCodes.done : exitCodes.failed;
  } finally {
    await simulator.close();
  }
}

function showOutcome({ output }: Cli, outcome: DemoOutcome, isKept: boolean): void {
  if (output.isJson) {
    output.stdout(outcomeJson(outcome, isKept));
    return;
  }
  output.stdout(outcomeText(output.style, outcome));
  output.stdout(isKept ? lookAroundText(output.style, outcome) : removedText);
}

function noteUnscripted({ output }: Cli, count: number): void {
  if (count > 0) output.stderr(`note: ${count} requests were not in the demo's script\n`);
}

/** Keeps a Ctrl-C from ending the process before everything is cleaned up; the job hears of it by itself. */
function interruptSignal(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => controller.abort();
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
