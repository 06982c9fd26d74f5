import { z } from "zod";
import { memoryOfTrees } from "../../src/places/local/process-memory.ts";
import { findProcess } from "../../src/places/local/process-table.ts";
import { parseNdjson, startTutti } from "../../test/support/tutti-process.ts";
import { benchRepository } from "../agents/bench-repository.ts";
import type { ModelServer } from "../agents/model-server.ts";
import type { TrivialTask } from "../agents/trivial-task.ts";
import { planOf } from "../agents/whole-job.ts";

export type RunFigures = {
  /** From the start of an attempt to the end of its agent's turn, a task each, in milliseconds. */
  readonly turnMs: readonly number[];
  /** From the start of an attempt to the merged commit. */
  readonly iterationMs: readonly number[];
  readonly firstLineMs: number;
  /** Of all processes of the run together, at the most. */
  readonly peakMb: number;
};

const Line = z.object({ type: z.string(), at: z.number().optional(), taskId: z.string().nullish() });

/** One job with the real `claude` and a model that answers at once, one worker: all the time is overhead. */
export async function wholeRun(
  model: ModelServer,
  tasks: readonly TrivialTask[],
  settings: string,
): Promise<RunFigures> {
  await using repository = await benchRepository(model);
  await repository.write({
    "../plan.json": JSON.stringify(planOf(tasks)),
    "tutti.config.yaml": `execution:\n  workers: 1\n${settings}`,
  });
  const args = ["run", "--plan", "../plan.json", "--yes", "--json"];
  const startedAt = performance.now();
  const run = startTutti(repository, { args, modelUrl: model.url });
  let firstLineMs = 0;
  run.child.stdout?.once("data", () => (firstLineMs = performance.now() - startedAt));
  let peakMb = 0;
  const root = findProcess(run.child.pid ?? 0);
  const look = setInterval(() => {
    void memoryOfTrees(root === undefined ? [] : [root]).then(
      ([bytes = 0]) => (peakMb = Math.max(peakMb, bytes / 1e6)),
    );
  }, 200);
  const { exitCode, stderr, stdout } = await run.ended;
  clearInterval(look);
  if (exitCode !== 0) throw new Error(`tutti run ended with ${exitCode}: ${stderr}`);
  return { ...timesOf(stdout, tasks.length), firstLineMs, peakMb };
}

function timesOf(stdout: string, count: number): Pick<RunFigures, "turnMs" | "iterationMs"> {
  const lines = parseNdjson(stdout).map((line) => Line.parse(line));
  const at = (type: string): ReadonlyMap<string, number> =>
    new Map(
      lines.flatMap((line) =>
        line.type === type && typeof line.taskId === "string" ? [[line.taskId, line.at ?? 0] as const] : [],
      ),
    );
  const [started, executed, merged] = [at("attempt-started"), at("attempt-executed"), at("integration-finished")];
  if (merged.size !== count) throw new Error(`${merged.size} of ${count} tasks were merged`);
  const since = (ends: ReadonlyMap<string, number>) => [...ends].map(([task, end]) => end - (started.get(task) ?? end));
  return { turnMs: since(executed), iterationMs: since(merged) };
}
