/**
 * A worker process for the crash tests: `<database> <worker id> <effects file> <crash at>`. Each step's effect appends a line
 * `<run> <step> <token> <process id>` to the effects file. In the step named by the last argument the process kills itself.
 */
import { appendFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "../../domain/errors.ts";
import { asWorkerId } from "../../domain/ids.ts";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

const [, , path = "", workerId = "", effects = "", crashAt = ""] = process.argv;
const stepNames = ["one", "two", "three"];
const note = (...facts: readonly (string | number)[]) => appendFile(effects, `${facts.join(" ")} ${process.pid}\n`);

const store = await openSqliteStore<EngineTables>({ path, migrations: engineMigrations });
const engine = embeddedEngine({ store, logger: { warn: () => undefined } });

engine.register({
  name: "three-steps",
  version: "1",
  run: async (flow) => {
    const outputs: string[] = [];
    for (const name of stepNames) {
      const effect = async () => {
        await note(flow.runId, name, flow.token);
        if (name === crashAt) process.kill(process.pid, "SIGKILL");
        await delay(5);
        return `${name} ${flow.token} ${process.pid}`;
      };
      outputs.push(await flow.step(name, effect));
    }
    return outputs;
  },
});

engine.register({
  name: "race",
  version: "1",
  run: async (flow) => {
    const enter = async (name: string) => {
      await note(flow.runId, name, flow.token);
      if (name === crashAt) process.kill(process.pid, "SIGKILL");
      return name;
    };
    const slow = async ({ signal }: { readonly signal: AbortSignal }) => {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await note(flow.runId, "slow", flow.token);
      await aborted;
      return enter("lost");
    };
    const won = await flow.race([
      (branch) => branch.step("slow", slow),
      async (branch) => {
        await branch.step("wait", () => delay(30, null));
        return branch.step("fast", () => enter("fast"));
      },
    ]);
    await flow.step("after", () => enter("after"));
    return won;
  },
});

engine.register({
  name: "long",
  version: "1",
  run: async (flow) =>
    flow.step("work", async ({ signal }) => {
      signal.addEventListener("abort", () => void note("aborted", TuttiError.from(signal.reason).code));
      await note("begun");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "from the stalled process";
    }),
});

engine.work({ workerId: asWorkerId(workerId), queues: ["main"], concurrency: 10, leaseMs: 600 });
process.stdout.write("ready\n");
