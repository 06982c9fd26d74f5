import { fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { ConsumerHost, type ConsumerReport, type ConsumerStart } from "./consumer-host.ts";
import { ConsumerMessage } from "./consumer-messages.ts";

/** A consumer at work, wherever it runs. */
export type RunningConsumer = {
  /** Resolves with the time at which the body of this job was entered, past or future. */
  readonly whenStarted: (id: string) => Promise<number>;
  readonly whenDrained: () => Promise<void>;
  /** Percent of one core; absent where it shares its process. */
  readonly idleCpuPercent?: number;
  readonly stop: () => Promise<ConsumerReport>;
};

type Wanted = ConsumerStart & { readonly idleMs: number };

const program = fileURLToPath(new URL("consumer-process.ts", import.meta.url));

class Starts {
  readonly #at = new Map<string, number>();
  readonly #events = new EventEmitter();

  note(id: string, atMs: number): void {
    this.#at.set(id, atMs);
    this.#events.emit(id);
  }

  async when(id: string): Promise<number> {
    if (!this.#at.has(id)) await once(this.#events, id);
    return this.#at.get(id) ?? Number.NaN;
  }
}

export async function consumerHere(wanted: Wanted): Promise<RunningConsumer> {
  const starts = new Starts();
  const { promise: drained, resolve: onDrained } = Promise.withResolvers<void>();
  const host = new ConsumerHost(wanted, { onJob: (id, atMs) => starts.note(id, atMs), onDrained });
  await host.open();
  return { whenStarted: (id) => starts.when(id), whenDrained: () => drained, stop: () => host.close() };
}

/** @throws {Error} from every call, once the process has ended by itself */
export async function consumerElsewhere(wanted: Wanted): Promise<RunningConsumer> {
  const starts = new Starts();
  const ready = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const report = Promise.withResolvers<ConsumerReport>();
  const child = fork(program, [JSON.stringify(wanted)]);
  let idle: number | undefined;
  child.on("message", (raw) => {
    const message = ConsumerMessage.parse(raw);
    if (message.type === "job") starts.note(message.id, message.atMs);
    if (message.type === "idle") idle = message.cpuPercent;
    if (message.type === "ready") ready.resolve();
    if (message.type === "drained") drained.resolve();
    if (message.type === "report") report.resolve(message);
  });
  const exited = once(child, "exit");
  // A channel closes after its last message was read; `exit` may come before.
  const early = once(child, "disconnect").then(() =>
    Promise.reject(new Error(`The consumer of ${wanted.system} ended early`)),
  );
  early.catch(() => undefined);
  await Promise.race([ready.promise, early]);
  return {
    whenStarted: (id) => Promise.race([starts.when(id), early]),
    whenDrained: () => Promise.race([drained.promise, early]),
    ...(idle === undefined ? {} : { idleCpuPercent: idle }),
    stop: async () => {
      child.send("stop");
      const found = await Promise.race([report.promise, early]);
      await exited;
      return found;
    },
  };
}
