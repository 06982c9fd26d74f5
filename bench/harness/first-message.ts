import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { z } from "zod";

/**
 * The first thing that a forked process says.
 * @throws {Error} when it ends without a word
 */
export async function firstMessage<T>(child: ChildProcess, schema: z.ZodType<T>): Promise<T> {
  // A channel closes after its last message was read; `exit` may come before.
  const closed = once(child, "disconnect").then((): readonly unknown[] => {
    throw new Error(`${child.spawnargs.at(1) ?? "A process"} ended before it said anything`);
  });
  const message: readonly unknown[] = await Promise.race([once(child, "message"), closed]);
  closed.catch(() => undefined);
  return schema.parse(message[0]);
}
