import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { ConsumerHost } from "./consumer-host.ts";
import type { ConsumerMessage } from "./consumer-messages.ts";

/** A consumer in a process of its own: `node consumer-process.ts <start as JSON>`. Ends when its parent says so or is gone. */
const Start = z.object({
  system: z.string(),
  place: z.object({ folder: z.string(), postgresUrl: z.string(), redisPort: z.number() }),
  concurrency: z.number(),
  expected: z.number().exactOptional(),
  /** How long to watch the idle consumer's CPU time before anything is put in. */
  idleMs: z.number(),
});

const send = (message: ConsumerMessage): void => {
  process.send?.(message);
};

process.once("disconnect", () => process.exit());
const start = Start.parse(JSON.parse(process.argv[2] ?? ""));
const host = new ConsumerHost(start, {
  // A message for each job of a drain would measure the messages.
  ...(start.expected === undefined ? { onJob: (id, atMs) => send({ type: "job", id, atMs }) } : {}),
  onDrained: () => send({ type: "drained" }),
});
const stopped = once(process, "message");
// Some libraries hold nothing that keeps a process alive while they stop.
process.channel?.ref();
process.on("message", () => {});
await host.open();
if (start.idleMs > 0) send({ type: "idle", cpuPercent: await idleCpuPercent(start.idleMs) });
send({ type: "ready" });
await stopped;
const { spanMs, jobs, stepMs } = await host.close();
process.send?.({ type: "report", spanMs, jobs, stepMs } satisfies ConsumerMessage, () => process.disconnect());

async function idleCpuPercent(durationMs: number): Promise<number> {
  // What opening left to do isn't idling.
  await delay(500);
  const before = process.cpuUsage();
  await delay(durationMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / durationMs;
}
