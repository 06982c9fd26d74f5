/**
 * One life of the runs of a crash test: `<module> <export> <database> <effects file> <life>`. In life 1 a run goes to its end
 * undisturbed; then there is one for each boundary between two records, and when all of them have come to theirs, the process
 * kills itself. In life 2 they go on.
 */
import { engineMigrations, type EngineTables } from "../../../src/engine/embedded/index.ts";
import { openSqliteStore, type SqliteStore } from "../../../src/stores/sqlite/sqlite-store.ts";
import { CrashableStore, type Boundary } from "../../../src/testing/workflow/crashable-store.ts";
import { FileEffectLog } from "../../../src/testing/workflow/effect-log.ts";
import { RunLife, type WorkflowCase } from "../../../src/testing/workflow/run-life.ts";

export const undisturbed = "undisturbed";

async function main([module = "", name = "", path = "", effects = "", life = ""]: readonly string[]): Promise<void> {
  const loaded = (await import(module)) as Readonly<Record<string, WorkflowCase | undefined>>;
  const given = loaded[name];
  if (given === undefined) throw new Error(`${module} does not export ${name}`);
  const store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations });
  const crashable = new CrashableStore(store);
  const options = { store: crashable, case: given, log: new FileEffectLog(effects), concurrency: 1_000 };
  const isParked = (run: string) => crashable.isParked(run);
  const current = new RunLife({ ...options, life: Number(life), isParked });
  await (life === "1" ? dieEverywhere(current, crashable) : goOn(current, store));
}

async function dieEverywhere(life: RunLife, crashable: CrashableStore): Promise<void> {
  await life.work();
  void crashable.park(undisturbed, { n: Infinity, side: "after" });
  await life.enter(undisturbed);
  await life.ended(undisturbed);
  const boundaries = boundariesOf(crashable.records(undisturbed));
  await Promise.all(boundaries.map((boundary) => dieAt(life, crashable, boundary)));
  process.kill(process.pid, "SIGKILL");
}

const boundariesOf = (records: number): readonly Boundary[] =>
  Array.from({ length: records }, (_, index) => [
    { n: index + 1, side: "before" as const },
    { n: index + 1, side: "after" as const },
  ]).flat();

async function dieAt(life: RunLife, crashable: CrashableStore, boundary: Boundary): Promise<void> {
  const run = `${boundary.side}-${boundary.n}`;
  const parked = crashable.park(run, boundary);
  await life.enter(run);
  await Promise.race([parked, life.ended(run)]);
}

async function goOn(life: RunLife, store: SqliteStore<EngineTables>): Promise<void> {
  const rows = await store.inspect((session) => session.all("SELECT run_id FROM engine_runs"));
  const runs = rows.map((row) => String(row["run_id"]));
  await Promise.all(runs.map((run) => life.enter(run)));
  await life.work();
  await Promise.all(runs.map((run) => life.ended(run)));
  process.exit(0);
}

if (import.meta.main) await main(process.argv.slice(2));
