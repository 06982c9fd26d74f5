import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId, asWorkerId } from "../../domain/ids.ts";
import { openSqliteStore, type SqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { until, workflowOf } from "../../testing/engine/test-bed.ts";
import type { Engine } from "../port.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

const fixture = fileURLToPath(new URL("worker.fixture.ts", import.meta.url));
const stepNames = ["one", "two", "three"];

let folder: string;
let path: string;
let effects: string;
let store: SqliteStore<EngineTables>;
let engine: Engine;
let workerCount: number;
const processes = new Set<ChildProcess>();
const ready = new WeakMap<ChildProcess, Promise<unknown>>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-crash-"));
  path = join(folder, "engine.db");
  effects = join(folder, "effects");
  workerCount = 0;
  await writeFile(effects, "");
  store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations });
  engine = embeddedEngine({ store });
});

afterEach(async () => {
  await Promise.all([...processes].map(kill));
  await engine.close();
  await store.close();
  await rm(folder, { recursive: true });
});

function spawnWorker(crashAt = ""): ChildProcess {
  const args = [fixture, path, `worker-${workerCount++}`, effects, crashAt];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  processes.add(child);
  ready.set(child, once(child.stdout, "data"));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  processes.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Until `work` is done, kills one worker after the other as soon as it is at work, but none sooner than 300 ms after the last. */
async function killingInTurn(workers: ChildProcess[], work: () => Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const killAll = async () => {
    for (let turn = 0; !done.signal.aborted; turn = (turn + 1) % workers.length) {
      const victim = workers[turn] ?? spawnWorker();
      await Promise.all([ready.get(victim), delay(300)]);
      await kill(victim);
      workers[turn] = spawnWorker();
    }
  };
  const killing = killAll();
  await work();
  done.abort();
  await killing;
}

async function effectLines(): Promise<readonly string[]> {
  return (await readFile(effects, "utf8")).split("\n").filter((line) => line !== "");
}

const request = (id: string, workflow: string) => ({ runId: asRunId(id), workflow, input: null, queue: "main" });

describe("a worker process that is killed", () => {
  it.each(stepNames)(
    "in step %s leaves the run to the next worker, which repeats no recorded step",
    async (crashAt) => {
      engine.register(workflowOf("three-steps", async () => null));
      await engine.start(request("a", "three-steps"));
      await once(spawnWorker(crashAt), "exit");
      spawnWorker();
      const output = await engine.result(asRunId("a"));
      const crashed = stepNames.indexOf(crashAt);
      const ran = (await effectLines()).map((line) => line.split(" ").slice(1, 3).join(" "));
      const before = stepNames.slice(0, crashed + 1).map((name) => `${name} 1`);
      const after = stepNames.slice(crashed).map((name) => `${name} 2`);
      expect(ran).toEqual([...before, ...after]);
      const pattern = [...before.slice(0, -1), ...after].map((run) => `"${run} \\d+"`).join(",");
      expect(JSON.stringify(output)).toMatch(new RegExp(`^\\[${pattern}\\]$`));
    },
  );

  it.each([
    ["before its race is recorded: the branch that had won is not run again", "lost", ["fast 1", "lost 2", "after 2"]],
    ["after its race was recorded: no branch is run again", "after", ["fast 1", "lost 1", "after 2"]],
  ])("%s", async (_title, crashAt, recorded) => {
    engine.register(workflowOf("race", async () => null));
    await engine.start(request("a", "race"));
    await once(spawnWorker(crashAt), "exit");
    spawnWorker();
    expect(await engine.result(asRunId("a"))).toEqual({ index: 1, value: "fast" });
    const ran = (await effectLines()).map((line) => line.split(" ").slice(1, 3).join(" "));
    const slow = recorded.includes("lost 2") ? ["slow 1", "slow 2"] : ["slow 1"];
    expect(ran.toSorted()).toEqual([...recorded, ...slow, `${crashAt} 1`].toSorted());
  });

  it(
    "every 300 ms, one of three: all runs complete once, and no recorded step runs again",
    { timeout: 120_000 },
    async () => {
      await store.transact((session) => {
        session.run("CREATE TABLE test_ends (run_id TEXT)");
        session.run(`CREATE TRIGGER test_note AFTER UPDATE OF status ON engine_runs WHEN new.status = 'completed'
        BEGIN INSERT INTO test_ends VALUES (new.run_id); END`);
      });
      engine.register(workflowOf("three-steps", async () => null));
      const requests = Array.from({ length: 300 }, (_, index) => request(`run-${index}`, "three-steps"));
      await engine.startAll(requests);
      const workers = [spawnWorker(), spawnWorker(), spawnWorker()];
      await killingInTurn(workers, () => Promise.all(requests.map(({ runId }) => engine.result(runId))));

      const ends = await store.inspect((session) => session.all("SELECT run_id FROM test_ends"));
      expect(ends.map((row) => String(row["run_id"])).toSorted()).toEqual(
        requests.map(({ runId }) => String(runId)).toSorted(),
      );
      const steps = await store.inspect((session) =>
        session.all("SELECT run_id, name, token, value FROM engine_steps"),
      );
      expect(steps).toHaveLength(900);
      const recorded = new Map(steps.map((row) => [`${String(row["run_id"])} ${String(row["name"])}`, row]));
      expect(recorded.size).toBe(900);

      const lines = await effectLines();
      const performed = new Set(lines);
      for (const [key, row] of recorded) {
        const pid = String(row["value"]).split(" ")[2]?.replace('"', "");
        expect(performed).toContain(`${key} ${String(row["token"])} ${pid}`);
      }
      for (const line of lines) {
        const [runId, name, token] = line.split(" ");
        expect(Number(token)).toBeLessThanOrEqual(Number(recorded.get(`${runId} ${name}`)?.["token"]));
      }
      expect(workerCount).toBeGreaterThan(3);
      expect(lines.length).toBeGreaterThanOrEqual(900);
    },
  );
});

describe("a worker process that is stopped for longer than its lease", () => {
  it("loses its run, learns so when it goes on, and has its late result refused", async () => {
    engine.register(workflowOf("long", async (flow) => flow.step("work", async () => "from the living")));
    await engine.start(request("a", "long"));
    const stalled = spawnWorker();
    await until(async () => (await effectLines()).some((line) => line.startsWith("begun")));
    stalled.kill("SIGSTOP");
    engine.work({ workerId: asWorkerId("living"), queues: ["main"], concurrency: 1, leaseMs: 600 });
    expect(await engine.result(asRunId("a"))).toBe("from the living");
    stalled.kill("SIGCONT");
    await until(async () => (await effectLines()).some((line) => line.startsWith("aborted LEASE_LOST")));
    const steps = await store.inspect((session) => session.all("SELECT value FROM engine_steps"));
    expect(steps).toEqual([{ value: '"from the living"' }]);
  });
});
