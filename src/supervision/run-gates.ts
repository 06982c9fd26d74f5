import { join } from "node:path";

import type { GateResult } from "../domain/model.ts";
import type { GateSpec } from "../domain/settings.ts";
import type { Place } from "../places/port.ts";

export type GateRun = {
  readonly gates: readonly GateSpec[];
  readonly on: "attempt" | "merged";
  /** Absolute path of the working copy. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Stands before everything that is stored. */
  readonly redact: (text: string) => string;
  readonly signal: AbortSignal;
};

/**
 * Runs the gates one after another and stops at the first that fails: what follows a failure says nothing.
 * @throws the signal's reason when aborted, because an interrupted gate is no verdict
 */
export async function runGates(run: GateRun): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const gate of run.gates.filter((spec) => spec.on.includes(run.on))) {
    const result = await runGate(gate, run);
    results.push(result);
    if (!result.isOk) break;
  }
  return results;
}

async function runGate(gate: GateSpec, run: GateRun): Promise<GateResult> {
  const { env, signal } = run;
  const cwd = join(run.cwd, gate.cwd ?? ".");
  const ended = await run.place.run({ command: gate.run, cwd, env, signal, timeoutMs: gate.timeoutMs });
  signal.throwIfAborted();
  const limit = ended.isTimedOut ? `\nStopped after ${gate.timeoutMs} ms, the gate's time limit.` : "";
  return {
    name: gate.name,
    command: gate.run,
    on: run.on,
    isOk: ended.exitCode === 0 && !ended.isTimedOut,
    exitCode: ended.exitCode,
    durationMs: ended.durationMs,
    outputTail: run.redact(ended.outputTail + limit),
  };
}

/** The gates of a task: those that its plan names, else all of the project's. */
export const gatesOfTask = (gates: readonly GateSpec[], names: readonly string[] | undefined): readonly GateSpec[] =>
  names === undefined ? gates : gates.filter((gate) => names.includes(gate.name));

/** For the next attempt's prompt: which gate failed and the end of what it printed. */
export function gateFeedback(results: readonly GateResult[]): string | undefined {
  const failed = results.find((result) => !result.isOk);
  if (failed === undefined) return undefined;
  const where = failed.on === "merged" ? " after merging with the other tasks' work" : "";
  const ended = failed.exitCode === null ? "was stopped" : `exited with ${failed.exitCode}`;
  const output = failed.outputTail.trim().slice(-3_000);
  return `The check "${failed.name}" (\`${failed.command}\`) ${ended}${where}.\n\nThe end of its output:\n\`\`\`\n${output}\n\`\`\``;
}
