import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asRunId, asWorkerId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import { embeddedEngine } from "../../engine/embedded/embedded-engine.ts";
import { engineMigrations, type EngineTables } from "../../engine/embedded/migrations.ts";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import { engineWorkflow } from "../../workflow/engine-workflow.ts";
import { StubHost, type Stubs } from "./stub-host.ts";

export type WorkflowTest = Stubs & { readonly input: Json };

export type WorkflowRun = {
  readonly output: Json;
  /** What was asked of whom. */
  readonly host: StubHost;
};

const runId = asRunId("run");

/**
 * Runs a workflow to its end with stubs for agents, commands and persons.
 * @throws what the run failed with
 */
export async function runWorkflow(definition: AnyWorkflow, { input, ...stubs }: WorkflowTest): Promise<WorkflowRun> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-workflow-"));
  const store = await openSqliteStore<EngineTables>({ path: join(folder, "engine.db"), migrations: engineMigrations });
  const engine = embeddedEngine({ store });
  const host = new StubHost(stubs, (name, key, payload) => engine.signal(runId, { name, key, payload }));
  try {
    engine.register(engineWorkflow(definition, { host, name: definition.name, version: "1" }));
    await engine.start({ runId, workflow: definition.name, input, queue: "main" });
    engine.work({ workerId: asWorkerId("w"), queues: ["main"], concurrency: 4 });
    return { output: await engine.result(runId), host };
  } finally {
    await engine.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
}
