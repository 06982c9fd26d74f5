import { join } from "node:path";

import { isPassed } from "../domain/evidence.ts";
import type { GateResult } from "../domain/model.ts";
import { failuresText } from "../domain/quality/judge-commands.ts";
import { readResults } from "../domain/quality/results/read-results.ts";
import type { ReadResults, ResultParser } from "../domain/quality/results/test-counts.ts";
import type { GateSpec } from "../domain/settings.ts";
import type { Place } from "../places/port.ts";

export type GateRun = {
  readonly gates: readonly GateSpec[];
  readonly on: "attempt" | "merged";
  /** Absolute path of the slot. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Stands before everything that is stored. */
  readonly redact: (text: string) => string;
  /** Of the project's own, asked before those that are known. */
  readonly parsers?: readonly ResultParser[];
  /** Looks closer at a failure, and may say that it does not count. */
  readonly onFailed?: (gate: GateSpec, result: GateResult) => Promise<GateResult>;
  readonly signal: AbortSignal;
};

/**
 * Runs the gates one after another and stops at the first that fails: what follows a failure says nothing.
 * @throws the signal's reason when aborted, because an interrupted gate is no verdict
 */
export async function runGates(run: GateRun): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const gate of run.gates.filter((spec) => spec.on.includes(run.on))) {
    const first = await runGate(gate, run);
    const result = first.isOk ? first : ((await run.onFailed?.(gate, first)) ?? first);
    results.push(result);
    if (!isPassed(result)) break;
  }
  return results;
}

async function runGate(gate: GateSpec, run: GateRun): Promise<GateResult> {
  const { env, signal } = run;
  const cwd = join(run.cwd, gate.cwd ?? ".");
  const ended = await run.place.run({ command: gate.run, cwd, env, signal, timeoutMs: gate.timeoutMs });
  signal.throwIfAborted();
  const counts = readResults(ended.outputTail, run.parsers);
  const limit = ended.isTimedOut ? `\nStopped after ${gate.timeoutMs} ms, the gate's time limit.` : "";
  return {
    name: gate.name,
    command: gate.run,
    on: run.on,
    isOk: ended.exitCode === 0 && !ended.isTimedOut,
    exitCode: ended.exitCode,
    durationMs: ended.durationMs,
    outputTail: run.redact(ended.outputTail + limit),
    ...(counts === undefined ? {} : { counts: stored(counts, run.redact) }),
  };
}

const maxFailures = 200;
const maxName = 300;

/** Names of tests are text of the project, too. */
const stored = (counts: ReadResults, redact: GateRun["redact"]): ReadResults => ({
  ...counts,
  failures: counts.failures.slice(0, maxFailures).map((name) => redact(name.slice(0, maxName))),
});

/** The gates of a task: those that its plan names, else all of the project's. */
export const gatesOfTask = (gates: readonly GateSpec[], names: readonly string[] | undefined): readonly GateSpec[] =>
  names === undefined ? gates : gates.filter((gate) => names.includes(gate.name));

/** Longer than any run of backticks in what it holds. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(3, longest + 1));
}

/** For the next attempt's prompt: which gate failed and the end of what it printed. */
export function gateFeedback(results: readonly GateResult[]): string | undefined {
  const failed = results.find((result) => !isPassed(result));
  if (failed === undefined) return undefined;
  const where = failed.on === "merged" ? " after merging with the other tasks' work" : "";
  const ended = failed.exitCode === null ? "was stopped" : `exited with ${failed.exitCode}`;
  const output = failed.outputTail.trim().slice(-3_000);
  const fence = fenceFor(output);
  const known = failuresText(failed);
  const what = known === undefined ? "" : ` ${known}`;
  return `The check "${failed.name}" (\`${failed.command}\`) ${ended}${where}.${what}\n\nThe end of its output:\n${fence}\n${output}\n${fence}`;
}
