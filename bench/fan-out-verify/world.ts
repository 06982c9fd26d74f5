import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { benchRepository, type BenchRepository } from "../agents/bench-repository.ts";
import { checkScenario, type ToolCall } from "./scenario.ts";

const Hello = z.object({ url: z.url() });
const Answered = z.object({ rule: z.string(), turn: z.number(), startedAt: z.number(), endedAt: z.number() });

/** What the model has answered to an agent; `rule` says which agent that was. */
export type Answer = z.infer<typeof Answered>;

export type Model = AsyncDisposable & {
  readonly url: string;
  /** Of agents that check files, in their order. */
  readonly answers: readonly Answer[];
  readonly whenAnswered: (count: number) => Promise<void>;
};

const isCheck = ({ rule, turn }: Answer): boolean => turn === 0 && /^(review|verify) /.test(rule);

/** Starts the scripted model in a process of its own. */
export async function startModel(files: readonly string[], tool: ToolCall): Promise<Model> {
  const program = fileURLToPath(new URL("model-process.ts", import.meta.url));
  const child = fork(program, [JSON.stringify(checkScenario(files, tool))]);
  const answers: Answer[] = [];
  const hello = Promise.withResolvers<string>();
  const waiters = new Set<() => void>();
  child.on("message", (message) => {
    const known = Hello.safeParse(message);
    if (known.success) return hello.resolve(known.data.url);
    const answer = Answered.parse(message);
    if (isCheck(answer)) answers.push(answer);
    for (const wake of waiters) wake();
  });
  const whenAnswered = async (count: number): Promise<void> => {
    while (answers.length < count) {
      const more = Promise.withResolvers<void>();
      waiters.add(more.resolve);
      await more.promise;
      waiters.delete(more.resolve);
    }
  };
  return {
    url: await hello.promise,
    answers,
    whenAnswered,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

/** A repository whose agents talk to this model. */
export const openRepository = (model: Model): Promise<BenchRepository> => benchRepository(model);
