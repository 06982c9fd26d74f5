import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findExecutable, versionOf } from "../../src/agents/claude-code/executable.ts";
import { watchFiles } from "../../src/workspace/watch/file-watcher.ts";
import { startModel } from "../agents/model-server.ts";
import { trivialScenario, trivialTasks } from "../agents/trivial-task.ts";
import type { Part } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { median, quantile, shown } from "../harness/statistics.ts";
import { stateOperations } from "./state-operations.ts";
import { wholeRun, type RunFigures } from "./whole-runs.ts";

/** What Tutti adds, with the model's share taken out: against the limits that were set for the whole. */
export const figuresPart: Part = {
  title: "(j) The figures that were asked for, without the model",
  run: async ({ isQuick, say }) => {
    const tasks = trivialTasks(isQuick ? 3 : 12);
    await using model = await startModel(trivialScenario(tasks));
    const [on, off]: [RunFigures[], RunFigures[]] = [[], []];
    for (let round = 0; round < (isQuick ? 1 : 3); round += 1) {
      say(`  round ${round + 1}`);
      on.push(await wholeRun(model, tasks, ""));
      off.push(await wholeRun(model, tasks, "watch:\n  enabled: false\n"));
    }
    const state = await stateOperations(isQuick ? 30 : 150);
    const detection = await detectionTimes(isQuick ? 10 : 60);
    return {
      groups: [],
      blocks: [table({ on, state, detection }), historyCost(on, off)],
      versions: { "Claude Code": (await versionOf(findExecutable(undefined).path)).replace(" (Claude Code)", "") },
      notes,
    };
  },
};

async function detectionTimes(count: number): Promise<readonly number[]> {
  await using folder = await scratchFolder();
  for (let index = 0; index < 100; index += 1) {
    mkdirSync(join(folder.path, `d${index}`));
    for (let file = 0; file < 20; file += 1) writeFileSync(join(folder.path, `d${index}/f${file}`), "x");
  }
  let seen: () => void = () => undefined;
  const watcher = watchFiles({ root: folder.path, onChanges: () => seen() });
  await watcher.ready;
  const times: number[] = [];
  // The watcher alone does not keep the process alive.
  const alive = setInterval(() => undefined, 1_000);
  for (let index = 0; index < count; index += 1) {
    const { promise, resolve } = Promise.withResolvers<void>();
    seen = resolve;
    const startedAt = performance.now();
    writeFileSync(join(folder.path, `d${index}/f0`), `changed ${index}`);
    await promise;
    times.push(performance.now() - startedAt);
  }
  clearInterval(alive);
  await watcher.close();
  return times;
}

type Measured = {
  readonly on: readonly RunFigures[];
  readonly state: readonly number[];
  readonly detection: readonly number[];
};

function table({ on, state, detection }: Measured): string {
  const turns = on.flatMap(({ turnMs }) => turnMs);
  const iterations = on.flatMap(({ iterationMs }) => iterationMs);
  const peak = Math.max(...on.map(({ peakMb }) => peakMb));
  const start = median(on.map(({ firstLineMs }) => firstLineMs));
  const p95 = (values: readonly number[]): string => `${shown(quantile(values, 0.95))} ms`;
  return [
    "| figure | limit | measured |\n|---|---:|---:|",
    `| state operation, p95 of ${state.length} | 100 ms | ${p95(state)} |`,
    `| file change is noticed, p95 of ${detection.length} | 1 s | ${p95(detection)} |`,
    `| agent interaction, p95 of ${turns.length} | 30 s | ${p95(turns)} |`,
    `| iteration: attempt, snapshot, checks, merge, p95 of ${iterations.length} | 60 s | ${p95(iterations)} |`,
    `| memory of the run with one agent, at the most | 8 GB | ${shown(peak)} MB |`,
    `| start: until the first event | 30 s | ${shown(start)} ms |`,
  ].join("\n");
}

function historyCost(on: readonly RunFigures[], off: readonly RunFigures[]): string {
  const of = (runs: readonly RunFigures[]): number => median(runs.flatMap(({ iterationMs }) => iterationMs));
  const rows = [
    `| with the history of files | ${shown(of(on))} |`,
    `| without (\`watch.enabled: false\`) | ${shown(of(off))} |`,
    `| difference | ${shown(of(on) - of(off))} |`,
  ];
  return [
    "**What the history of files costs a trivial task**\n",
    "| | median iteration, ms |\n|---|---:|",
    ...rows,
  ].join("\n");
}

const notes: readonly string[] = [
  "The limits are those for the whole, the model's time included; here the model answers at once, so that all the time is Tutti's and " +
    "Claude Code's. The first task of a run also starts its agent: it is among the 5 % that a p95 leaves out only where there are many.",
  "A file change is noticed 75 ms after the first sign of it (`watch.debounceMs`).",
  "What the history costs is less than what a busy machine adds from one run to the next: a difference below zero is noise, and so may one " +
    "above it be.",
  "The time of a supervisor's model has no share without a model: what it adds is its own answer.",
];
