import { query, type Options, type SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Contender } from "../harness/contender.ts";
import { benchRepository, type BenchRepository } from "./bench-repository.ts";
import type { ModelServer } from "./model-server.ts";
import { expectFiles, type TrivialTask } from "./trivial-task.ts";

export type ColdQueries = {
  readonly name: string;
  readonly model: ModelServer;
  readonly tasks: readonly TrivialTask[];
  /** Processes at once. */
  readonly concurrency: number;
};

/** The Agent SDK's plain use: a `query()`, and so a process, for each task. All in one folder, nothing isolated. */
export const coldQueries = ({ name, model, tasks, concurrency }: ColdQueries): Contender => ({
  name,
  measure: async () => {
    await using repository = await benchRepository(model);
    const queue = [...tasks];
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let task = queue.shift(); task !== undefined; task = queue.shift()) await ask(repository, task.prompt);
      }),
    );
    const msPerTask = (performance.now() - startedAt) / tasks.length;
    await expectFiles(repository.root, tasks);
    return { msPerTask, msPerTaskFromStart: msPerTask };
  },
});

async function ask({ root, agentEnv }: BenchRepository, prompt: string): Promise<void> {
  const options: Options = { cwd: root, model: "sonnet", permissionMode: "acceptEdits", env: agentEnv };
  let result: SDKResultMessage | undefined;
  for await (const message of query({ prompt, options })) {
    if (message.type === "result") result = message;
  }
  if (result === undefined || result.is_error) throw new Error("The query ended without a result");
}
