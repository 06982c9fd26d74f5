import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { PreparedSession } from "../../../src/stores/sqlite/sqlite-session.ts";
import { readEffects } from "../../../src/testing/workflow/effect-log.ts";
import { differences, factsOf, type RunFacts } from "../../../src/testing/workflow/survival.ts";
import { undisturbed } from "./workflow-process.ts";

export type Crashes = {
  /** Records of the journal; at each of them one run was killed before it was made, and another one after. */
  readonly records: number;
  /** Runs that were killed. */
  readonly killed: number;
  /** What a run that was left alone does otherwise: `<run>: …`. */
  readonly problems: readonly string[];
};

const program = fileURLToPath(new URL("workflow-process.ts", import.meta.url));
const limitMs = 60_000;

/**
 * Kills a workflow with SIGKILL at every boundary between two records of its journal, in real processes on an SQLite file, and has
 * another process go on. One run for each boundary: all of them live in one process, which is killed when each has come to its own.
 * @param module - exports a `WorkflowCase` under `name`; the child process imports it
 */
export async function crashEverywhere(module: URL, name = "crashCase"): Promise<Crashes> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-crash-"));
  const files = { database: join(folder, "engine.db"), effects: join(folder, "effects") };
  const live = (life: number) => runProcess([module.href, name, files.database, files.effects, `${life}`]);
  try {
    refuseOtherEnd(await live(1), "SIGKILL");
    const deaths = readFacts(files.database);
    refuseOtherEnd(await live(2), 0);
    return compare(deaths, readFacts(files.database), files.effects);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type End = { readonly code: number | null; readonly signal: string | null; readonly output: string };

async function runProcess(args: readonly string[]): Promise<End> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), limitMs);
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  clearTimeout(timer);
  return { code: child.exitCode, signal: child.signalCode, output: out + errors };
}

function refuseOtherEnd({ code, signal, output }: End, expected: 0 | "SIGKILL"): void {
  if (expected === (signal ?? code)) return;
  throw new Error(`The process ended with ${signal ?? code} instead of ${expected}:\n${output}`);
}

function readFacts(path: string): ReadonlyMap<string, RunFacts> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const session = new PreparedSession(database);
    const runs = session.all("SELECT run_id FROM engine_runs").map((row) => String(row["run_id"]));
    return new Map(runs.map((run) => [run, factsOf(session, run)]));
  } finally {
    database.close();
  }
}

function compare(
  deaths: ReadonlyMap<string, RunFacts>,
  ends: ReadonlyMap<string, RunFacts>,
  effectsPath: string,
): Crashes {
  const effects = readEffects(effectsPath);
  const survivors = [...ends].map(([run, facts]) => {
    const death = deaths.get(run);
    const own = effects.filter((effect) => effect.run === run);
    return { run, facts, effects: own, deaths: death === undefined ? [] : [death] };
  });
  const whole = survivors.find(({ run }) => run === undisturbed);
  if (whole === undefined) throw new Error("The run that nobody disturbs is missing");
  const killed = survivors.filter((survivor) => survivor !== whole);
  const problems = killed.flatMap((survivor) =>
    differences(whole, survivor).map((difference) => `${survivor.run}: ${difference}`),
  );
  return { records: killed.length / 2, killed: killed.length, problems };
}
