import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { freePort } from "./free-port.ts";
import { whenReady } from "./when-ready.ts";

export type RedisServer = AsyncDisposable & {
  readonly version: string;
  readonly port: number;
  readonly empty: () => Promise<void>;
};

const program = "redis-server";

/** A Redis of its own in a folder, on the loopback address, with its usual durability. `undefined`: it isn't installed. */
export async function startRedis(folder: string): Promise<RedisServer | undefined> {
  const said = await execa(program, ["--version"], { reject: false });
  if (said.failed) return undefined;
  const dir = join(folder, "redis");
  await mkdir(dir);
  const port = await freePort();
  const durable = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""];
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, ...durable];
  const server = execa(program, args, { stdio: "ignore", reject: false });
  const ask = (command: string) => execa("redis-cli", ["-p", String(port), command], { reject: false });
  await whenReady({ name: "Redis", isReady: async () => (await ask("PING")).stdout === "PONG", ended: server });
  return {
    version: /v=(\S+)/.exec(said.stdout)?.[1] ?? "unknown",
    port,
    empty: async () => {
      await ask("FLUSHALL");
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGTERM");
      await server;
    },
  };
}
