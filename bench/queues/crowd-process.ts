import { once } from "node:events";
import { z } from "zod";
import { sharedNowMs } from "./clock.ts";
import type { CrowdMessage } from "./crowd-messages.ts";
import { systemCalled } from "./systems.ts";

/**
 * One of several consumers that drain a store together: `node crowd-process.ts <start as JSON>`. Loads its library, then waits
 * for a first message to begin and for a second one to stop, so that no process of the crowd has a head start.
 */
const Start = z.object({
  system: z.string(),
  place: z.object({ folder: z.string(), postgresUrl: z.string(), redisPort: z.number() }),
  concurrency: z.number(),
});

const countEveryMs = 10;

const send = (message: CrowdMessage): void => {
  process.send?.(message);
};

process.once("disconnect", () => process.exit());
const { system, place, concurrency } = Start.parse(JSON.parse(process.argv[2] ?? ""));
const driver = await systemCalled(system).load();
const begun = once(process, "message");
send({ type: "loaded" });
await begun;
const stopped = once(process, "message");
const startedAtMs: number[] = [];
const ids: string[] = [];
const consumer = await driver.openConsumer(place, {
  concurrency,
  onJob: (id) => {
    startedAtMs.push(sharedNowMs());
    ids.push(id);
  },
  onStep: () => undefined,
});
let told = 0;
const counting = setInterval(() => {
  if (ids.length === told) return;
  told = ids.length;
  send({ type: "count", jobs: told });
}, countEveryMs);
await stopped;
clearInterval(counting);
await consumer.stop();
const report = { firstAtMs: startedAtMs[0] ?? null, lastAtMs: startedAtMs.at(-1) ?? null, ids };
process.send?.({ type: "report", ...report } satisfies CrowdMessage, () => process.disconnect());
