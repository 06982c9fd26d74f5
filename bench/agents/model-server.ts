import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { firstMessage } from "../harness/first-message.ts";

export type ModelServer = AsyncDisposable & { readonly url: string };

const Hello = z.object({ url: z.url() });

/** Starts the scripted model in a process of its own. */
export async function startModel(scenario: unknown): Promise<ModelServer> {
  const program = fileURLToPath(new URL("model-process.ts", import.meta.url));
  const child = fork(program, [JSON.stringify(scenario)]);
  const ended = once(child, "exit");
  const { url } = await firstMessage(child, Hello);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await ended;
    },
  };
}
